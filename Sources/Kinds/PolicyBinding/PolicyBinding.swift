package import AuthentikAPI

/// Who or what is bound to an object, as `/policies/bindings/` shows it.
package struct PolicyBinding: Sendable, Equatable {
    package var pk: String
    /// The pk of what it is bound to; of an application, its own.
    package var target: String
    /// For people: `group 'admins'`, `user 'akadmin'`, `policy 'office hours'`.
    package var subject: String

    package init(pk: String, target: String, subject: String) {
        self.pk = pk
        self.target = target
        self.subject = subject
    }
}

extension PolicyBinding: ListedObject {
    package var key: String { pk }

    private enum CodingKeys: String, CodingKey {
        case pk, target
        case group = "group_obj"
        case user = "user_obj"
        case policy = "policy_obj"
    }

    private struct Named: Decodable {
        var name: String?
        var username: String?
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        pk = try values.decode(String.self, forKey: .pk)
        target = try values.decode(String.self, forKey: .target)
        func named(_ key: CodingKeys) -> Named? { try? values.decodeIfPresent(Named.self, forKey: key) }
        if let group = named(.group) {
            subject = "group '\(group.name ?? "?")'"
        } else if let user = named(.user) {
            subject = "user '\(user.username ?? user.name ?? "?")'"
        } else {
            subject = "policy '\(named(.policy)?.name ?? "?")'"
        }
    }
}

/// What a binding binds: who or what passes.
package enum SubjectKind: String, Sendable, CaseIterable, Comparable {
    /// As people read of them, and as a file lists them.
    case group, user, policy

    /// The list in a file's `access`: `groups`.
    package var fileList: String { self == .policy ? "policies" : "\(rawValue)s" }

    package static func < (left: SubjectKind, right: SubjectKind) -> Bool {
        allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
    }
}

/// Whether one of an application's bindings lets in, or only all of them together: its `policy_engine_mode`.
package enum AccessMode: String, Sendable, CaseIterable {
    case any, all
}

extension Kind {
    /// Policy bindings are only read, for an export.
    package static let policyBinding = Kind(
        "policyBinding",
        .policyBindings,
        identity: ["target", "order"],
        ownership: .others,
        requests: []
    )
}

extension Endpoint {
    package static let policyBindings = Endpoint(
        "policies/bindings",
        ObjectModel("authentik_policies", "policybinding")
    )
}

extension AuthentikClient {
    /// All policy bindings, of applications and of everything else.
    package func policyBindings() async throws -> [PolicyBinding] { try await list(Kind.policyBinding.endpoint) }
}
