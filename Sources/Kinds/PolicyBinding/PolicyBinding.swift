package import AuthentikAPI
import Base
package import JSON

/// A group, user or policy that is bound to an object, as `/policies/bindings/` shows it.
///
/// An application with enabled bindings is open to those whom the bindings let in; one without is open to everyone.
package struct PolicyBinding: Sendable, Equatable {
    package var pk: String
    /// The pk of the object that it is bound to; an application's own pk.
    package var target: String
    package var subject: BindingSubject
    /// The subject's name; nil if the answer does not have it.
    package var name: String?
    package var isEnabled = true
    /// Whether its result is inverted.
    package var isNegated = false
    /// Its place in the order of evaluation: the smallest first.
    package var order = 0
    /// Its result if its policy fails.
    package var letsInOnFailure = false
    /// Whether it binds more than one subject: a policy stays in force when another subject is set.
    package var isAmbiguous = false
    /// Whether it expires, like the bindings that access requests create (since 2026.8).
    package var isExpiring = false
    /// When it expires, as Authentik writes it; nil if unknown.
    package var expires: String?

    package init(pk: String, target: String, subject: BindingSubject, name: String? = nil, order: Int = 0) {
        self.pk = pk
        self.target = target
        self.subject = subject
        self.name = name
        self.order = order
    }

    /// For people: `group 'admins'`, `user 'akadmin'`, `policy 'office hours'`.
    package var description: String { "\(subject.kind.rawValue) '\(name ?? subject.pk)'" }
}

/// The subject of a binding.
package struct BindingSubject: Sendable, Hashable {
    package var kind: SubjectKind
    package var pk: String

    package init(_ kind: SubjectKind, pk: String) {
        self.kind = kind
        self.pk = pk
    }

    /// The value in a field of a binding: the pk of a user is a number.
    package var reference: JSONValue {
        if kind == .user, let pk = Int(pk) { return .integer(pk) }
        return .string(pk)
    }
}

/// The kinds of subjects, in the order in which a file lists them.
package enum SubjectKind: String, Sendable, CaseIterable, Comparable {
    case group, user, policy

    /// The list in a file's `access`: `groups`.
    package var fileList: String { self == .policy ? "policies" : "\(rawValue)s" }

    package static func < (left: SubjectKind, right: SubjectKind) -> Bool {
        allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
    }
}

/// Whether one passing binding of an application grants access, or all must pass: its `policy_engine_mode`.
package enum AccessMode: String, Sendable, CaseIterable {
    case any, all

    /// Authentik's name of the application's field.
    package static let attribute = "policy_engine_mode"
}

extension PolicyBinding: ListedObject {
    package var key: String { pk }

    package init(_ json: JSONElement) throws(JSONMismatch) {
        func name(_ object: String) -> String? {
            json[object].flatMap { $0["username"]?.string ?? $0["name"]?.string }
        }
        pk = try json.read("pk")
        target = try json.read("target")
        let policy: String? = try json.readIfPresent("policy")
        let group: String? = try json.readIfPresent("group")
        let user: Int? = try json.readIfPresent("user")
        if let policy {
            (subject, self.name) = (BindingSubject(.policy, pk: policy), name("policy_obj"))
        } else if let group {
            (subject, self.name) = (BindingSubject(.group, pk: group), name("group_obj"))
        } else {
            let user: Int = try json.read("user")
            (subject, self.name) = (BindingSubject(.user, pk: "\(user)"), name("user_obj"))
        }
        isAmbiguous = [policy != nil, group != nil, user != nil].count { $0 } > 1
        order = try json.read("order")
        isEnabled = try json.readIfPresent("enabled") ?? true
        isNegated = try json.readIfPresent("negate") ?? false
        letsInOnFailure = try json.readIfPresent("failure_result") ?? false
        isExpiring = try json.readIfPresent("expiring") ?? false
        expires = json["expires"]?.string
    }
}

extension Kind {
    /// A binding belongs to the application whose mark names it.
    package static let policyBinding = Kind(
        "binding",
        .policyBindings,
        identity: ["target", "group", "user", "policy"],
        ownership: .namedInMark,
        noun: "policy binding",
        requests: [
            RequestUse("GET", .policyBindings, "see who may open applications", for: .access),
            RequestUse("POST", .policyBindings, "let groups, users and policies in", for: .restriction),
            RequestUse("PATCH", .policyBindings, "correct bindings", for: .restriction),
            RequestUse("DELETE", .policyBindings, "remove bindings", for: .access),
        ],
        writes: ObjectWrites(PolicyBinding.self)
    )
}

extension Endpoint {
    package static let policyBindings = Endpoint(
        "policies/bindings",
        ObjectModel("authentik_policies", "policybinding")
    )
}

extension PolicyBinding: WritableObject {
    package static var kind: Kind { .policyBinding }
    /// Authentik's name of the field with the object that it is bound to.
    package static let targetField = "target"

    package var reference: JSONValue { .string(pk) }

    /// The same subject can be bound twice, so any binding that is as sent will do.
    package static func made(of fields: SentFields, _ client: AuthentikClient) async throws -> PolicyBinding? {
        guard let target = fields.references[targetField]?.string else { return nil }
        return try await client.policyBindings(of: target).first { binding in
            binding.target == target && binding.isBound(by: fields) && !binding.isExpiring
                && binding.unkept(of: fields).isEmpty
        }
    }

    package func unkept(of fields: SentFields) -> [UnkeptField] {
        let held: [String: FieldValue] = [
            "enabled": .flag(isEnabled), "negate": .flag(isNegated), "failure_result": .flag(letsInOnFailure),
            "order": .number(order),
        ]
        return fields.assignments.compactMap { assignment in
            guard let kept = held[assignment.field], kept != assignment.value else { return nil }
            return UnkeptField(kind: Self.kind, assignment: assignment, kept: kept)
        }
    }

    private func isBound(by fields: SentFields) -> Bool {
        fields.references[subject.kind.rawValue] == subject.reference
    }
}

extension AuthentikClient {
    /// All policy bindings, of applications and of everything else.
    package func policyBindings() async throws -> [PolicyBinding] { try await list(.policyBindings) }

    /// All policy bindings, completed if the list changed while it was read.
    package func listedPolicyBindings() async throws -> Listing<PolicyBinding> {
        let listing: Listing<PolicyBinding> = try await listOnce(.policyBindings)
        return listing.isWhole ? listing : try await complete(listing, of: .policyBindings)
    }

    /// Completes a list of bindings that may have missed rows while it was read.
    package func complete(_ listing: Listing<PolicyBinding>) async throws -> [PolicyBinding] {
        try await complete(listing, of: .policyBindings).rows
    }

    /// The policy bindings of one application.
    package func policyBindings(of target: String) async throws -> [PolicyBinding] {
        try await rows(.policyBindings, where: PolicyBinding.targetField, is: target, of: \.target)
    }
}
