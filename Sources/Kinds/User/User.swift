package import AuthentikAPI
import Base
package import JSON

/// A user, as `/core/users/` shows it; only the username is read.
package struct User: Sendable, Equatable, ListedObject {
    package var pk: Int
    /// Unique, and compared exactly.
    package var username: String

    package var key: Int { pk }

    package init(pk: Int, username: String) {
        self.pk = pk
        self.username = username
    }

    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read("pk")
        username = try json.read("username")
    }
}

extension Kind {
    /// Users are only referenced.
    package static let user = Kind(
        "user",
        .users,
        identity: ["username"],
        ownership: .others,
        requests: [RequestUse("GET", .users, "find the users that access names", for: .accessUsers)]
    )
}

/// Whether a user may open an application, as Authentik's policy engine decides it.
package struct AccessAnswer: Sendable, Equatable, JSONReadable {
    package var isPassing: Bool
    /// The messages of policies to the user.
    package var messages: [String]

    package init(_ json: JSONElement) throws(JSONMismatch) {
        isPassing = try json.read("passing")
        messages = try json.readIfPresent("messages") ?? []
    }
}

extension AuthentikClient {
    /// Whether a user may open an application; nil if there is no such application.
    ///
    /// Requires a superuser: for any other account, Authentik answers about the account itself.
    package func access(of user: Int, to slug: String) async throws -> AccessAnswer? {
        let request = APIRequest(
            method: "GET",
            endpoint: .applications,
            key: slug,
            action: "check_access",
            query: [("for_user", "\(user)")]
        )
        do {
            return try await decode(AccessAnswer.self, try await send(request), to: request)
        } catch let error as AuthentikError where error.kind == .notFound {
            return nil
        }
    }

    /// The users with these names that exist; one request per name, because a directory may have fifty thousand users.
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
