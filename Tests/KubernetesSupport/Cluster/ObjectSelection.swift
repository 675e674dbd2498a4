/// What a list or a watch asks for: a kind, perhaps of one namespace, perhaps of one name.
struct ObjectSelection: Sendable {
    let kind: ResourceKind
    /// Nil means all.
    let namespace: String?
    /// Nil means all.
    let name: String?

    func contains(_ key: ObjectKey) -> Bool {
        key.kind == kind && (namespace ?? key.namespace) == key.namespace && (name ?? key.name) == key.name
    }
}
