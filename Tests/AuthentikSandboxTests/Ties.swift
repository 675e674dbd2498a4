import JSON

/// Puts in one order what Authentik's database returns in any.
enum Ties {
    /// The fields whose values have no order: the recordings of one provider show them in several.
    private static let unordered: Set = ["property_mappings", "scopes_supported", "claims_supported"]

    /// - Parameters:
    ///   - field: whose value the list is.
    ///   - byOrder: whether a list of bindings was asked for by their order; else it is by their random primary keys.
    ///   - uuid: what a UUID is in the sandbox.
    ///   - provider: what a provider's number is there.
    static func ordered(
        _ rows: [JSONValue],
        _ field: String,
        byOrder: Bool,
        uuid: (String) -> String,
        provider: (String) -> String
    ) -> [JSONValue] {
        if field == "providers" {
            func key(_ row: JSONValue) -> String { provider(row.integer.map(String.init) ?? "") }
            return rows.sorted { key($0) < key($1) }
        }
        if field == "providers_obj" {
            return rows.sorted { $0["name"]?.string ?? "" < $1["name"]?.string ?? "" }
        }
        if unordered.contains(field) {
            return rows.sorted { uuid($0.string ?? "") < uuid($1.string ?? "") }
        }
        if rows.allSatisfy({ $0["slug"] != nil && $0["provider_obj"] != nil }) {
            return ordered(rows, equalIn: "name") { $0["slug"]?.string ?? "" }
        }
        if rows.allSatisfy({ $0["policy_obj"] != nil && $0["order"] != nil }) {
            return ordered(rows, equalIn: byOrder ? "order" : nil) { row in
                let name = row["policy_obj"]?["name"]?.string ?? row["group_obj"]?["name"]?.string ?? ""
                return name + uuid(row["pk"]?.string ?? "")
            }
        }
        return rows
    }

    /// Rows that follow each other and are equal in a field, in an order of their own; all rows without a field.
    private static func ordered(
        _ rows: [JSONValue],
        equalIn field: String?,
        by key: (JSONValue) -> String
    ) -> [JSONValue] {
        var ordered = rows
        guard let field else { return rows.sorted { key($0) < key($1) } }
        var start = 0
        while start < ordered.count {
            let end = ordered[start...].firstIndex { $0[field] != ordered[start][field] } ?? ordered.count
            ordered[start..<end].sort { key($0) < key($1) }
            start = end
        }
        return ordered
    }
}
