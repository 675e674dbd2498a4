/// What an object is found by.
struct ObjectKey: Hashable, Sendable {
    let kind: ResourceKind
    let namespace: String
    let name: String
}
