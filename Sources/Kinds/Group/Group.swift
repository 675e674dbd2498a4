package import AuthentikAPI
import Base
package import JSON

/// A group of users, as `/core/groups/` shows it; only its name is read.
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
    /// The fields that a file can set.
    package static let fields = FieldTable([
        FieldSpec(
            "name",
            "name",
            .text(.line),
            .required,
            absent: nil,
            isDefaultable: false,
            doc: "The group's name in Authentik. The group is created if none has exactly this name. Required."
        )
    ])
}

extension Kind {
    /// Declared groups are created if they are missing, and never changed or deleted.
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

/// Groups are created without members, roles or permissions.
extension Group: WritableObject {
    package static var kind: Kind { .group }
    package static var isShared: Bool { true }

    package var reference: JSONValue { .string(pk) }

    package static func made(of fields: SentFields, _ client: AuthentikClient) async throws -> Group? {
        try await client.groupWithoutMembers(named: fields.text("name"))
    }

    package func unkept(of fields: SentFields) -> [UnkeptField] { [] }
}

extension AuthentikClient {
    /// All groups, without their members.
    package func groups() async throws -> [Group] { try await list(Kind.group.endpoint, query: Self.withoutMembers) }

    /// The groups, from reading their list once, without their members.
    package func listedGroups() async throws -> Listing<Group> {
        try await listOnce(Kind.group.endpoint, query: Self.withoutMembers)
    }

    /// Completes a list of groups that may have missed rows while it was read.
    package func complete(_ listing: Listing<Group>) async throws -> [Group] {
        try await complete(listing, of: Kind.group.endpoint, query: Self.withoutMembers).rows
    }

    /// The group of a name, without its members; nil if there is none.
    package func groupWithoutMembers(named name: String) async throws -> Group? {
        let found: [Group] = try await list(Kind.group.endpoint, query: [("name", name)] + Self.withoutMembers)
        return found.first { $0.name.exact == name.exact }
    }

    private static var withoutMembers: [(String, String)] { [("include_users", "false")] }
}
