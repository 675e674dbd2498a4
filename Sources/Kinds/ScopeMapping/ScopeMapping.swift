package import AuthentikAPI
import Base
package import JSON

/// A scope mapping, as `/propertymappings/provider/scope/` shows it: the claims in a token for a scope.
package struct ScopeMapping: Sendable, Equatable {
    package var pk: String
    /// The values of ``fields``.
    package var values: FieldValues
    /// A unique name: `goauthentik.io/providers/oauth2/scope-openid` of a built-in mapping; this program's mark, see
    /// ``ScopeMappingMark``; or what somebody else wrote there.
    package var managed: String?

    package init(
        pk: String,
        name: String,
        scopeName: String,
        managed: String? = nil,
        description: String = "",
        expression: String = ""
    ) {
        self.pk = pk
        self.managed = managed
        values = FieldValues(Self.fields)
        values[Row.name] = .text(name)
        values[Row.scope] = .text(scopeName)
        values[Row.description] = .text(description)
        values[Row.expression] = .text(expression)
    }
}

extension ScopeMapping {
    /// Unique, and compared exactly.
    package var name: String {
        get { values.text(Row.name) ?? "" }
        set { values[Row.name] = .text(newValue) }
    }

    /// Not unique.
    package var scopeName: String {
        get { values.text(Row.scope) ?? "" }
        set { values[Row.scope] = .text(newValue) }
    }

    package var expression: String {
        get { values.text(Row.expression) ?? "" }
        set { values[Row.expression] = .text(newValue) }
    }

    /// The fields that a file can set.
    package static let fields = FieldTable([
        FieldSpec(
            "name",
            "name",
            .text(.line),
            .required,
            absent: nil,
            isDefaultable: false,
            doc: "The mapping's name in Authentik. Required and unique."
        ),
        FieldSpec(
            "scope",
            "scope_name",
            .text(.scope),
            .required,
            absent: nil,
            isDefaultable: false,
            doc: "The scope that clients request, as in `groups`; several mappings may share one. Required."
        ),
        FieldSpec(
            "description",
            "description",
            .text(.lines),
            .managed(.text("")),
            absent: .text(""),
            isDefaultable: false,
            doc: "Shown to users when they are asked for consent; without it, the scope is not listed there."
        ),
        FieldSpec(
            "expression",
            "expression",
            .text(.expression),
            .required,
            absent: .text(""),
            isDefaultable: false,
            doc:
                "The body of a Python function that returns the claims of the scope, as Authentik runs it (https://docs."
                + "goauthentik.io/add-secure-apps/providers/property-mappings/expression/). Required."
        ),
    ])

    /// The rows that the code uses by name.
    package enum Row {
        package static let name = fields["name"]
        package static let scope = fields["scope"]
        package static let description = fields["description"]
        package static let expression = fields["expression"]
    }
}

extension Kind {
    /// Declared mappings carry their owner's mark; all others are only referenced.
    package static let scopeMapping = Kind(
        "scopeMapping",
        .scopeMappings,
        identity: ["managed", "name"],
        ownership: .marked,
        noun: "scope mapping",
        fields: ScopeMapping.fields,
        requests: [
            RequestUse("GET", .scopeMappings, "find the scopes of providers"),
            RequestUse("POST", .scopeMappings, "create scope mappings", for: .scopeMappings),
            RequestUse("PATCH", .scopeMappings, "change scope mappings", for: .scopeMappings),
            RequestUse("DELETE", .scopeMappings, "delete scope mappings", for: .scopeMappings),
        ],
        writes: ObjectWrites(ScopeMapping.self)
    )
}

extension Endpoint {
    package static let scopeMappings = Endpoint(
        "propertymappings/provider/scope",
        ObjectModel("authentik_providers_oauth2", "scopemapping")
    )
}

extension ScopeMapping: TabledObject, WritableObject {
    package static var kind: Kind { .scopeMapping }
    /// Authentik's name of the field that carries the mark.
    package static let markField = "managed"

    package var key: String { pk }
    package var reference: JSONValue { .string(pk) }

    package init(_ json: JSONElement, _ fields: inout FieldReader) throws(JSONMismatch) {
        pk = try json.read("pk")
        managed = try json.readIfPresent("managed")
        values = try fields.read(json)
    }

    package static func made(of fields: SentFields, _ client: AuthentikClient) async throws -> ScopeMapping? {
        let (name, mark) = (fields.text(Row.name.attribute), fields.text(markField))
        let found: [ScopeMapping] = try await client.list(kind.endpoint, query: [("name", name)])
        return found.first { $0.name.exact == name.exact && $0.managed?.exact == mark.exact }
    }

    package func unkept(of fields: SentFields) -> [UnkeptField] {
        let mark = fields.assignments.filter { $0.field == Self.markField && !$0.value.means(observedMark) }
        return UnkeptField.all(of: fields, in: values, Self.kind)
            + mark.map { UnkeptField(kind: Self.kind, assignment: $0, kept: observedMark) }
    }

    private var observedMark: FieldValue { managed.map(FieldValue.text) ?? FieldValue.none }
}

extension AuthentikClient {
    /// All scope mappings.
    package func scopeMappings() async throws -> [ScopeMapping] { try await list(Kind.scopeMapping.endpoint) }
}
