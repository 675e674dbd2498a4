import JSON

/// What one manager owns of an object.
struct ManagedFieldsEntry: Sendable {
    enum Operation: String, Sendable {
        case apply = "Apply"
        case update = "Update"
    }

    let manager: String
    let operation: Operation
    let apiVersion: String
    var time: String
    var subresource: String?
    var fields: FieldSet

    init(manager: String, operation: Operation, apiVersion: String, time: String, fields: FieldSet = FieldSet()) {
        self.manager = manager
        self.operation = operation
        self.apiVersion = apiVersion
        self.time = time
        self.fields = fields
    }

    init?(_ value: JSONValue) {
        guard let manager = value["manager"]?.string,
            let operation = value["operation"]?.string.flatMap(Operation.init(rawValue:))
        else { return nil }
        self.init(
            manager: manager,
            operation: operation,
            apiVersion: value["apiVersion"]?.string ?? "",
            time: value["time"]?.string ?? "",
            fields: FieldSet(value["fieldsV1"] ?? [:])
        )
        subresource = value["subresource"]?.string
    }

    var json: JSONValue {
        var members: [String: JSONValue] = [
            "manager": .string(manager),
            "operation": .string(operation.rawValue),
            "apiVersion": .string(apiVersion),
            "time": .string(time),
            "fieldsType": "FieldsV1",
            "fieldsV1": fields.tree,
        ]
        members["subresource"] = subresource.map { .string($0) }
        return .object(members)
    }

    /// As a conflict names it.
    var description: String {
        let name = subresource.map { "\"\(manager)\" with subresource \"\($0)\"" } ?? "\"\(manager)\""
        return operation == .update ? "\(name) using \(apiVersion)" : name
    }

    /// Apply before update, then by age, then by name.
    static func isOrdered(_ one: ManagedFieldsEntry, _ other: ManagedFieldsEntry) -> Bool {
        (one.operation.rawValue, one.time, one.manager) < (other.operation.rawValue, other.time, other.manager)
    }
}
