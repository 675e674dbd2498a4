package import AuthentikAPI
import Base
package import JSON

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

    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read("pk")
        name = try json.read("name")
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
        fields: Group.fields,
        requests: [
            RequestUse("GET", .groups, "see which groups are missing", for: .groups),
            RequestUse("POST", .groups, "create groups", for: .groups),
            RequestUse("GET", .groups, "find the groups that access names", for: .accessGroups),
        ],
        writes: ObjectWrites(Group.self)
    )
}

/// A group is made without members, roles or rights.
extension Group: WritableObject {
    package static var kind: Kind { .group }
    package static var isShared: Bool { true }

    package var reference: JSONValue { .string(pk) }

    package static func made(of fields: SentFields, _ client: AuthentikClient) async throws -> Group? {
        let name = fields.text("name")
        return try await client.groups(matching: [("name", name)]).first { $0.name.exact == name.exact }
    }

    package func unkept(of fields: SentFields) -> [UnkeptField] { [] }
}

extension AuthentikClient {
    /// All groups, without their members.
    package func groups() async throws -> [Group] { try await groups(matching: []) }

    fileprivate func groups(matching query: [(String, String)]) async throws -> [Group] {
        try await list(Kind.group.endpoint, query: query + [("include_users", "false")])
    }
}
