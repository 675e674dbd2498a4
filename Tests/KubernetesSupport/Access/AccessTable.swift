/// Who may come in, and who may do what.
struct AccessTable: Sendable {
    private var users: [String: User] = [:]
    private var rules: [User: [AccessRule]] = [:]

    mutating func admit(_ token: String, as user: User) { users[token] = user }

    mutating func revoke(_ token: String) { users[token] = nil }

    subscript(rulesOf user: User) -> [AccessRule] {
        get { rules[user] ?? [] }
        set { rules[user] = newValue }
    }

    /// Who a request comes from.
    ///
    /// - Parameter certified: whom the client's certificate names.
    func user(_ authorization: String?, certified: User?) throws(StatusFailure) -> User {
        // Of both, the certificate is looked at first.
        if let certified { return certified }
        guard let authorization else { return .anonymous }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.first?.lowercased() == "bearer", parts.count == 2 else { return .anonymous }
        guard let user = users[String(parts[1])] else { throw .unauthorized }
        return user
    }

    /// The rule that allows something.
    func rule(_ access: Access, by user: User) -> AccessRule? {
        self[rulesOf: user].first { $0.allows(access) }
    }

    func check(_ access: Access, by user: User) throws(StatusFailure) {
        guard rule(access, by: user) == nil else { return }
        // Who was authenticated may ask what it may; that is in no role of this table.
        if access.resource == "selfsubjectaccessreviews", user != .anonymous { return }
        throw .forbidden(access, user)
    }
}
