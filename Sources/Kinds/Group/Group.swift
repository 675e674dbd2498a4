package import AuthentikAPI
import Base
import JSON

/// A group of users, as `/core/groups/` shows it; of all that it has, only what it is called.
package struct Group: Sendable, Equatable, ListedObject {
    package var pk: String
    /// Unique, and compared exactly.
    package var name: String

    package var key: String { pk }

    package init(pk: String, name: String) {
        self.pk = pk
        self.name = name
    }
}

extension Group {
    /// What a file can set.
    package static let fields = FieldTable([
        FieldSpec(
            "name",
            "name",
            .text(.line),
            .required,
            absent: nil,
            isDefaultable: false,
            doc: "What the group is called in Authentik. It is made if no group is called exactly so. Required."
        )
    ])
}

extension Kind {
    /// Groups that a file declares are made where they are missing, and never changed or deleted.
    package static let group = Kind(
        "group",
        .groups,
        identity: ["name"],
        ownership: .nobodys,
        fields: Group.fields
    )
}

extension AuthentikClient {
    /// All groups, without their members.
    package func groups() async throws -> [Group] { try await groups(matching: []) }

    /// Creates a group without members, roles or rights, unless there is one of that name already.
    ///
    /// - Returns: the one that is there then, whoever made it.
    package func createGroup(_ body: WriteBody, name: String) async throws -> Creation<Group> {
        let request = APIRequest(method: "POST", endpoint: Kind.group.endpoint, body: .object(body.fields))
        func find() async throws -> Creation<Group>? {
            let found = try await groups(matching: [("name", name)])
            return found.first { $0.name.exact == name.exact }.map { Creation($0, isFound: true) }
        }
        do {
            return try await create(
                request,
                decode: { Creation(try await decode(Group.self, $0, to: request)) },
                find: find
            )
        } catch let error as AuthentikError where error.mayBeOutdated {
            if let found = try? await find() { return found }
            throw error
        }
    }

    private func groups(matching query: [(String, String)]) async throws -> [Group] {
        try await list(Kind.group.endpoint, query: query + [("include_users", "false")])
    }
}
