package import AuthentikAPI
import Base

/// A user, as `/core/users/` shows it; of all that it has, only what it is called.
package struct User: Sendable, Equatable, ListedObject {
    package var pk: Int
    /// Unique, and compared exactly.
    package var username: String

    package var key: Int { pk }

    package init(pk: Int, username: String) {
        self.pk = pk
        self.username = username
    }
}

extension Kind {
    /// Users are only used.
    package static let user = Kind(
        "user",
        .users,
        identity: ["username"],
        ownership: .others,
        requests: [RequestUse("GET", .users, "find the users that access names", for: .accessUsers)]
    )
}

extension AuthentikClient {
    /// The users of some names that are there: a request each, since a directory may have fifty thousand.
    package func users(named names: Set<String>) async throws -> [User] {
        try await withThrowingTaskGroup(of: User?.self) { group in
            for name in names {
                group.addTask {
                    let found: [User] = try await self.list(.users, query: [("username", name)])
                    return found.first { $0.username.exact == name.exact }
                }
            }
            return try await group.reduce(into: []) { if let user = $1 { $0.append(user) } }.sorted { $0.pk < $1.pk }
        }
    }
}
