package import AuthentikAPI
import Base
package import JSON

/// A policy of any type, as `/policies/all/` shows it.
package struct Policy: Sendable, Equatable, ListedObject {
    package var pk: String
    /// Unique among policies of all types.
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

/// A policy of Python code, as `/policies/expression/` shows it.
package struct ExpressionPolicy: Sendable, Equatable, ListedObject {
    /// The policy that lets nobody in: a service whose last subject was deleted is bound to it.
    package static let nobodyName = "reconcile: nobody"
    package static let nobodyExpression = "return False"

    package var pk: String
    package var name: String
    package var expression: String

    package var key: String { pk }

    package init(pk: String, name: String = nobodyName, expression: String = nobodyExpression) {
        self.pk = pk
        self.name = name
        self.expression = expression
    }

    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read("pk")
        name = try json.read("name")
        expression = try json.read("expression")
    }
}

extension Kind {
    /// Policies are only referenced.
    package static let policy = Kind(
        "policy",
        .policies,
        identity: ["name"],
        ownership: .others,
        plural: "policies",
        requests: [RequestUse("GET", .policies, "find the policies that access names", for: .accessPolicies)]
    )

    /// Only the one with this program's name for it is its own.
    package static let expressionPolicy = Kind(
        "expressionPolicy",
        .expressionPolicies,
        identity: ["name"],
        ownership: .nobodys,
        noun: "policy",
        plural: "policies",
        requests: ["GET", "POST", "PATCH"].map {
            RequestUse($0, .expressionPolicies, "close services whose last subject was deleted", for: .restriction)
        },
        writes: ObjectWrites(ExpressionPolicy.self)
    )
}

extension Endpoint {
    /// Of all types.
    package static let policies = Endpoint("policies/all", ObjectModel("authentik_policies", "policy"))
    package static let expressionPolicies = Endpoint(
        "policies/expression",
        ObjectModel("authentik_policies_expression", "expressionpolicy")
    )
}

extension ExpressionPolicy: WritableObject {
    package static var kind: Kind { .expressionPolicy }
    package static var isShared: Bool { true }

    package var reference: JSONValue { .string(pk) }

    package static func made(of fields: SentFields, _ client: AuthentikClient) async throws -> ExpressionPolicy? {
        try await client.expressionPolicy(named: fields.text("name"))
    }

    package func unkept(of fields: SentFields) -> [UnkeptField] {
        fields.assignments.filter { $0.field == "expression" && $0.value != .text(expression) }.map {
            UnkeptField(kind: Self.kind, assignment: $0, kept: .text(expression))
        }
    }
}

extension AuthentikClient {
    /// All policies, of all types.
    package func policies() async throws -> [Policy] { try await list(.policies) }

    /// The expression policy of a name; nil if there is none.
    package func expressionPolicy(named name: String) async throws -> ExpressionPolicy? {
        let found: [ExpressionPolicy] = try await list(.expressionPolicies, query: [("name", name)])
        return found.first { $0.name.exact == name.exact }
    }
}
