/// Who asks.
struct User: Hashable, Sendable {
    let name: String

    static let anonymous = User(name: "system:anonymous")

    private static let serviceAccountPrefix = "system:serviceaccount:"

    /// How a role binding calls it.
    var subject: String {
        let parts = name.split(separator: ":")
        guard name.hasPrefix(Self.serviceAccountPrefix), parts.count == 4 else { return "User \"\(name)\"" }
        return "ServiceAccount \"\(parts[3])/\(parts[2])\""
    }
}
