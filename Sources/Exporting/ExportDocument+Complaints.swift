import DesiredState

extension ExportDocument {
    /// Takes back what the file's reader complained of.
    ///
    /// An optional field goes, and its value stays unmanaged; with any other the whole service becomes a comment.
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

    /// Takes what must not be shown out of what is a comment already.
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
    /// What the reader of the file says of all but the services; nil for nothing.
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
