/// What a request wants to do.
struct Access: Sendable {
    let verb: String
    let group: String
    let resource: String
    /// Nil of what belongs to no namespace, or to all.
    let namespace: String?
    /// Empty where none is named; a list or a watch names what its field selector names.
    let name: String

    /// The sentence of a refusal.
    func refusal(of user: User) -> String {
        let place = namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
        return "User \"\(user.name)\" cannot \(verb) resource \"\(resource)\" in API group \"\(group)\" \(place)"
    }

    var qualifiedResource: String { group.isEmpty ? resource : "\(resource).\(group)" }
}
