import DesiredState
import Secrets
import YAMLDocument

/// A file under construction, with a record of what each of its lines declares.
struct ExportDocument {
    /// Comments at the top.
    var header: [String]
    var owner: String
    /// A comment after the owner; nil for none.
    var ownerRemark: String?
    var host: String?
    /// Ordered by name.
    var scopeMappings: [ExportedScopeMapping] = []
    /// Ordered by slug.
    var services: [ExportedService] = []
    /// Ordered by slug.
    var leftOut: [LeftOut] = []
    /// Comments at the end.
    var footer: [String] = []

    /// What a line declares.
    struct Place: Hashable {
        /// Indices into ``services`` and its fields.
        var service: Int
        var field: Int
    }

    /// A text, and what each line that declares part of a service belongs to.
    struct Rendering {
        var lines: [String] = []
        var places: [Place?] = []

        var text: String { lines.map { "\($0)\n" }.joined() }

        mutating func add(_ line: String, _ place: Place? = nil) {
            lines.append(line)
            places.append(place)
        }

        mutating func comment(_ text: String, indent: String = "") {
            add("\(indent)# \(YAMLText.comment(text))")
        }
    }

    /// The part above the services, without any services.
    var head: Rendering {
        var rendering = Rendering()
        header.forEach { rendering.comment($0) }
        rendering.add("apiVersion: reconcile/v1")
        let remark = ownerRemark.map { "  # \(YAMLText.comment($0))" } ?? ""
        rendering.add("owner: \(YAMLText.scalar(owner))\(remark)")
        if let host { rendering.add("host: \(YAMLText.scalar(host))") }
        return rendering
    }

    var rendering: Rendering { render(everything: false) }

    /// - Parameter everything: also declares what should be a comment, to get the reader's errors about it.
    func render(everything: Bool) -> Rendering {
        var rendering = head
        render(scopeMappings, &rendering)
        rendering.add(everything || services.contains(where: \.isDeclared) ? "services:" : "services: []")
        var absent = leftOut[...]
        var isFirst = true
        func separate() {
            if !isFirst { rendering.add("") }
            isFirst = false
        }
        func writeAbsent(before slug: String?) {
            let some = absent.prefix { absent in slug.map { absent.slug < $0 } ?? true }
            if !some.isEmpty { separate() }
            some.forEach { write($0, &rendering) }
            absent = absent.dropFirst(some.count)
        }
        for (index, service) in services.enumerated() {
            writeAbsent(before: service.slug)
            separate()
            if everything || service.isDeclared {
                declare(service, index, everything, &rendering)
            } else {
                commentOut(service, &rendering)
            }
        }
        writeAbsent(before: nil)
        if !footer.isEmpty { rendering.add("") }
        footer.forEach { rendering.comment($0) }
        return rendering
    }

    private func render(_ mappings: [ExportedScopeMapping], _ rendering: inout Rendering) {
        if mappings.contains(where: { $0.refusal == nil }) { rendering.add("scopeMappings:") }
        for mapping in mappings {
            guard let refusal = mapping.refusal else {
                mapping.lines.forEach { rendering.add($0.isEmpty ? "" : "  \($0)") }
                continue
            }
            let left = mapping.isMarked ? "; it carries this owner's mark, so it is an orphan without an entry" : ""
            rendering.comment(
                "cannot be expressed: the scope mapping '\(mapping.name)': \(refusal)\(left)",
                indent: "  "
            )
        }
    }

    private func write(_ leftOut: LeftOut, _ rendering: inout Rendering) {
        rendering.comment("not exported: '\(leftOut.slug)': \(leftOut.reason)", indent: "  ")
    }

    private func declare(_ service: ExportedService, _ index: Int, _ everything: Bool, _ rendering: inout Rendering) {
        for remark in service.remarks { rendering.comment("cannot be expressed: \(remark)", indent: "  ") }
        for (number, field) in everything ? service.inOrder : Array(service.fields.enumerated()) {
            for (line, text) in field.lines.enumerated() {
                let place = Place(service: index, field: number)
                rendering.add((number == 0 && line == 0 ? "  - " : "    ") + text, place)
            }
        }
        guard !everything, !service.unmanaged.isEmpty else { return }
        rendering.comment("set in Authentik, but not managed yet:", indent: "    ")
        let nested = service.unmanaged.filter(\.isNested)
        let lines = (service.unmanaged.filter { !$0.isNested } + nested.prefix(1).map { _ in .forwardAuth } + nested)
            .flatMap(\.lines)
        for line in lines { rendering.add("    # \(line)") }
    }

    private func commentOut(_ service: ExportedService, _ rendering: inout Rendering) {
        for refusal in service.refusals {
            rendering.comment("cannot be expressed: '\(service.slug)': \(refusal)", indent: "  ")
        }
        if service.isMarked {
            rendering.comment(
                "it carries this owner's mark: as a comment, it is an orphan, which 'prune: true' would delete",
                indent: "  "
            )
        }
        for remark in service.remarks { rendering.comment("cannot be expressed: \(remark)", indent: "  ") }
        for (number, line) in service.fields.flatMap(\.lines).enumerated() {
            rendering.add((number == 0 ? "  # - " : "  #   ") + line)
        }
    }
}

extension ExportDocument {
    /// Removes what the reader rejected.
    ///
    /// An optional field is removed and its value stays unmanaged; for any other field, the whole service becomes a
    /// comment.
    mutating func takeBack(_ complaints: [Place: [Complaint]]) {
        for (place, complaints) in complaints.sorted(by: { $0.key.field > $1.key.field }) {
            let field = services[place.service].fields[place.field]
            let reasons = complaints.map(\.message).joined(separator: "; ")
            if field.isOptional {
                services[place.service].remarks.append("\(reasons); it stays as it is")
            } else {
                services[place.service].refusals.append(reasons)
            }
            guard place.field > 0, field.isOptional || complaints.contains(where: \.isHidden) else { continue }
            services[place.service].fields.remove(at: place.field)
        }
    }

    /// Hides secrets in what is a comment already.
    mutating func hide(_ complaints: [Place: [Complaint]]) {
        for (place, complaints) in complaints.sorted(by: { $0.key.field > $1.key.field })
        where complaints.contains(where: \.isHidden) {
            let reasons = complaints.map(\.message).joined(separator: "; ")
            let fields = services[place.service].fields.count
            if place.field >= fields {
                services[place.service].unmanaged.remove(at: place.field - fields)
            } else if !services[place.service].isDeclared, place.field > 0 {
                services[place.service].fields.remove(at: place.field)
                services[place.service].refusals.append(reasons)
            }
        }
    }
}

extension ExportDocument {
    /// The reader's error about the part above the services; nil for none.
    var headComplaint: String? {
        var rendering = head
        rendering.add("services: []")
        let result = DesiredStateLoader.load(
            sources: [DesiredStateLoader.Source(path: "export", bytes: Array(rendering.text.utf8))]
        )
        guard let error = result.diagnostics.first else { return nil }
        return error.message + (error.hint.map { "; \($0)" } ?? "")
    }
}

/// The reader's error about a field.
struct Complaint {
    var message: String
    /// Whether the reader considers the value a secret that must not be shown.
    var isHidden: Bool
}

/// An application in a file under construction.
struct ExportedService {
    let slug: String
    /// In the order of the file.
    var fields: [ExportedField] = []
    /// Values that the owner's file does not manage.
    var unmanaged: [ExportedField] = []
    /// What a file cannot express and stays as it is.
    var remarks: [String] = []
    /// Why it cannot be declared as it is; empty if it is declared.
    var refusals: [String] = []
    /// The category under which it is counted if it is a comment.
    private(set) var cause = CommentCause.other
    /// Whether it carries this owner's mark.
    var isMarked = false
    /// The client secret of a confidential client, and the variable that stands for it.
    var secret: (variable: String, value: Secret?)?

    var isDeclared: Bool { refusals.isEmpty }

    /// All fields with their indices, unmanaged ones last; nested fields stay together.
    fileprivate var inOrder: [(offset: Int, element: ExportedField)] {
        let all = Array((fields + unmanaged).enumerated())
        guard let first = all.firstIndex(where: \.element.isNested) else { return all }
        return all[..<first] + all[first...].filter(\.element.isNested) + all[first...].filter { !$0.element.isNested }
    }

    /// Turns it into a comment; only the first cause is kept.
    mutating func refuse(_ reason: String, _ cause: CommentCause) {
        if self.cause == .other { self.cause = cause }
        refusals.append(reason)
    }

    mutating func add(_ access: ServiceAccess) {
        remarks += access.remarks
        guard let field = access.field else { return }
        if access.isUnmanaged { unmanaged.append(field) } else { fields.append(field) }
    }

    /// Removes an optional field: its value stays unmanaged.
    ///
    /// - Returns: whether the field existed.
    mutating func takeBack(_ name: String, because reason: String) -> Bool {
        guard let index = fields.firstIndex(where: { $0.name == name && $0.isOptional }) else { return false }
        fields.remove(at: index)
        remarks.append("\(reason); it stays as it is")
        return true
    }
}

/// One field of a service, as lines of YAML.
struct ExportedField {
    /// The file's name of it.
    var name: String
    /// The first line begins with the name; the others are indented relative to it.
    var lines: [String]
    /// Whether omitting it leaves the value in Authentik unmanaged.
    var isOptional = false
    /// Whether it is a field of `forwardAuth`, which it follows.
    var isNested = false

    /// The line that its nested fields follow.
    static let forwardAuth = ExportedField(name: "forwardAuth", lines: ["forwardAuth:"])

    /// The same field within `forwardAuth`.
    var nested: ExportedField {
        var field = self
        field.lines = lines.map { "  \($0)" }
        field.isNested = true
        return field
    }
}
