import AuthentikAPI
import Base
package import Kinds
package import Planning
import YAMLDocument

/// Access to an application, as declared in a file.
///
/// | bindings | `access` |
/// |---|---|
/// | none | left out; `everyone` if this owner's mark says that its file declares that |
/// | the policy that lets nobody in | left out: the service is closed |
/// | what a file can express, with a mark of this owner | as in the mark: bindings by others are a remark; a comment if the mark has none |
/// | the same without a mark | all of them |
///
/// A file cannot express a binding that is disabled, negated, allows on failure, expires, has two subjects, is a
/// duplicate, or whose subject has no name. It stays as it is; if this program created it, `access` is left out
/// completely, since a pass would correct it.
struct ServiceAccess {
    /// Nil to leave it out.
    private(set) var field: ExportedField?
    /// Whether the owner's file does not manage it.
    private(set) var isUnmanaged = false
    /// A clause for each thing that a file cannot express.
    private(set) var remarks: [String] = []

    private let mode: AccessMode

    /// - Parameters:
    ///   - bindings: of the application.
    ///   - mark: this owner's mark.
    init(_ application: Application, _ bindings: [PolicyBinding], mark: OwnershipMark?) {
        mode = AccessMode(rawValue: application.policyEngineMode) ?? .any
        let bindings = bindings.sorted { ($0.order, $0.pk) < ($1.order, $1.pk) }
        read(bindings, bound: mark?.access)
        isUnmanaged = mark != nil && mark?.access == nil && field != nil
        // Without bindings it is open to everybody, whatever its mode.
        if mode != .any, field == nil || bindings.isEmpty || mark?.access == [] {
            remarks.append("its policy engine mode, '\(application.policyEngineMode)'")
        }
    }

    /// - Parameter bound: the subjects that this program bound according to the mark; nil if it has no record.
    private mutating func read(_ bindings: [PolicyBinding], bound: [BoundSubject]?) {
        if bindings.contains(where: \.isOfNobody) {
            let others = bindings.filter { !$0.isOfNobody }
            remarks.append("who may open it: the policy '\(ExpressionPolicy.nobodyName)' closes it")
            if !others.isEmpty { remarks.append(list("policy binding", others.map(\.description))) }
            return
        }
        if bound == [] { field = ExportedField(name: "access", lines: ["access: everyone"], isOptional: true) }
        var said: [PolicyBinding] = []
        var isOwnUnsaid = false
        for binding in bindings {
            let isOwn = bound?.contains { $0.isMade(as: binding) } ?? false
            if bound != nil, !isOwn {
                remarks.append("who else may open it: \(binding.description), bound by others")
            } else if let complaint = complaint(about: binding, among: bindings) {
                remarks.append("who may open it: \(binding.description), which \(complaint)")
                isOwnUnsaid = isOwnUnsaid || isOwn && !binding.isExpiring
            } else {
                said.append(binding)
            }
        }
        if let bound, !bound.isEmpty, said.isEmpty, !isOwnUnsaid {
            let names = bound.map(\.description).joined(separator: ", ")
            remarks.append("who may open it: the bindings that its mark records no longer exist: \(names)")
        }
        guard !said.isEmpty, !isOwnUnsaid else { return }
        field = ExportedField(access: said, mode)
    }

    /// Why a file cannot express a binding; nil if it can.
    private func complaint(about binding: PolicyBinding, among bindings: [PolicyBinding]) -> String? {
        if binding.isExpiring { return "expires" }
        if binding.isAmbiguous { return "has more than one subject" }
        if !binding.isEnabled { return "is disabled" }
        if binding.isNegated { return "is negated" }
        if binding.letsInOnFailure { return "allows access if it fails" }
        let times = bindings.count { $0.subject == binding.subject && !$0.isExpiring }
        if times > 1 { return "is bound \(times) times" }
        return binding.name == nil ? "has no name" : nil
    }

    private func list(_ noun: String, _ names: [String]) -> String {
        "\(count(names.count, noun)): \(names.joined(separator: ", "))"
    }
}

extension PolicyBinding {
    /// Whether it is the binding that closes a service.
    var isOfNobody: Bool { subject.kind == .policy && name?.exact == ExpressionPolicy.nobodyName.exact }
}

extension BoundSubject {
    /// Whether this program created a binding; one that was pending is identified by its subject.
    func isMade(as binding: PolicyBinding) -> Bool {
        self.binding.map { $0 == binding.pk } ?? (subject == binding.subject)
    }
}

extension ExportedField {
    /// On one line if all names fit.
    fileprivate init(access bindings: [PolicyBinding], _ mode: AccessMode) {
        let lists = SubjectKind.allCases.compactMap { kind -> (key: String, names: [String])? in
            let names = bindings.filter { $0.subject.kind == kind }.compactMap(\.name)
            return names.isEmpty ? nil : (kind.fileList, names)
        }
        let mode = mode == .any ? [] : ["mode: \(mode.rawValue)"]
        let line = lists.map { "\($0.key): [\($0.names.joined(separator: ", "))]" } + mode
        let text = "access: {\(line.joined(separator: ", "))}"
        if lists.flatMap(\.names).allSatisfy(YAMLText.isPlainInFlow), text.utf8.count <= 100 {
            self.init(name: "access", lines: [text], isOptional: true)
        } else {
            let lines = lists.flatMap { list in
                ["  \(list.key):"] + list.names.map { "    - \(YAMLText.scalar($0))" }
            }
            self.init(name: "access", lines: ["access:"] + lines + mode.map { "  \($0)" }, isOptional: true)
        }
    }
}

extension ObservedState {
    /// Sets access from the bindings of all objects; the groups, users and policies are those that are bound.
    ///
    /// A file generated from the bindings names no others.
    package mutating func fillAccess(from bindings: [PolicyBinding]) {
        var seen: Set<BindingSubject> = []
        var access = ObservedAccess(bindings: bindings)
        for binding in bindings {
            guard let name = binding.name, seen.insert(binding.subject).inserted else { continue }
            let pk = binding.subject.pk
            switch binding.subject.kind {
            case .group: groups.append(Group(pk: pk, name: name))
            case .user: if let pk = Int(pk) { access.users.append(User(pk: pk, username: name)) }
            case .policy: access.policies.append(Policy(pk: pk, name: name))
            }
        }
        self.access = access
    }
}
