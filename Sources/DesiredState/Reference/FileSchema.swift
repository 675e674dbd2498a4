package import JSON
import Kinds

/// The JSON Schema of the file (https://json-schema.org/draft/2020-12), for editors and for checks before a commit.
///
/// Generated from ``Schema``, and so from the field tables. It accepts everything that this program accepts without a
/// warning; it does not check how fields depend on each other.
/// field means for another it leaves to this program.
package enum FileSchema {
    package static var json: JSONValue {
        var schema = object(.file)
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        schema["title"] = "reconcile: the file"
        schema["patternProperties"] = [
            "^\(Schema.extensionPrefix)": ["description": "Ignored: a place for anchors and for other programs."]
        ]
        schema["description"] = "The applications of an Authentik, with their providers and access."
        schema["$defs"] = .object(definitions.mapValues(JSONValue.object))
        return .object(schema)
    }

    private static var definitions: [String: [String: JSONValue]] {
        // Exactly one of its fields.
        var secretReference = object(.secretReference)
        secretReference["minProperties"] = 1
        secretReference["maxProperties"] = 1
        var workload = object(.workload)
        workload["oneOf"] = .array(Workload.Kind.allCases.map { ["required": [.string($0.rawValue)]] })
        var publication = object(.publication)
        publication["anyOf"] = .array([FieldName.keySet, .keys].map { ["required": [.string($0.rawValue)]] })
        var publishedText = object(.publishedText)
        publishedText["minProperties"] = 1
        publishedText["maxProperties"] = 1
        var access = object(.access)
        access["anyOf"] = .array(SubjectKind.allCases.map { ["required": [.string($0.fileList)]] })
        var federation = object(.federation)
        federation["minProperties"] = 1
        return [
            "service": object(.service, mayBeNull: \.isDefaultable),
            "defaults": object(.service, Schema.service.fields.filter(\.isDefaultable), required: []),
            "secretReference": secretReference,
            "kubernetesSecret": object(.kubernetesSecret),
            "workload": workload,
            "publication": publication,
            "publishedText": publishedText,
            "redirectURI": object(.redirectURI),
            "access": access,
            "forwardAuth": object(.forwardAuth),
            "basicAuth": object(.basicAuth),
            "jwtFederation": federation,
            "group": object(.group),
            "scopeMapping": object(.scopeMapping),
            "scope": object(.scope),
        ]
    }

    /// - Parameters:
    ///   - fields: all unless given.
    ///   - required: the required fields; by default, those of the schema.
    ///   - mayBeNull: whether null may remove a field.
    private static func object(
        _ schema: Schema,
        _ fields: [Field]? = nil,
        required: [FieldName]? = nil,
        mayBeNull: (Field) -> Bool = { _ in false }
    ) -> [String: JSONValue] {
        let fields = fields ?? schema.fields
        let properties = fields.map { field in
            var property = value(of: field)
            if mayBeNull(field) { property = orNull(property) }
            property["description"] = .string(field.doc)
            property["default"] = field.standard
            return (field.name.rawValue, JSONValue.object(property))
        }
        var object: [String: JSONValue] = [
            "type": "object",
            "properties": .object(Dictionary(properties, uniquingKeysWith: { $1 })),
            "additionalProperties": false,
        ]
        let required = required ?? fields.filter(\.isRequired).map(\.name)
        if !required.isEmpty { object["required"] = .array(required.map { .string($0.rawValue) }) }
        return object
    }

    private static func value(of field: Field) -> [String: JSONValue] {
        switch field.kind {
        case .text(let rule): text(rule)
        case .choice(let words): choice(words)
        case .flag: ["type": "boolean"]
        case .number(let range, _):
            ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        case .texts(let rule): list(of: text(rule))
        case .set(let rule): list(of: text(rule), mayBeEmpty: true)
        case .choices(let words): list(of: choice(words))
        case .redirectURIs(let mayBeEmpty):
            list(
                of: ["anyOf": [.object(text(.strictRedirectURI)), .object(reference("redirectURI"))]],
                mayBeEmpty: mayBeEmpty
            )
        case .scopes: list(of: ["anyOf": [.object(text(.scope)), .object(reference("scope"))]])
        case .secretReference: reference("secretReference")
        case .kubernetesSecret: reference("kubernetesSecret")
        case .workload: reference("workload")
        case .publication: reference("publication")
        case .forwardAuth: reference("forwardAuth")
        case .basicAuth: reference("basicAuth")
        case .federation: reference("jwtFederation")
        case .access: ["anyOf": [.object(choice([Access.everyone])), .object(reference("access"))]]
        case .node: node(field.name)
        }
    }

    /// The schema of a field that is read by code of its own.
    private static func node(_ name: FieldName) -> [String: JSONValue] {
        switch name {
        case .defaults: reference("defaults")
        case .services: ["type": "array", "items": .object(reference("service"))]
        case .groups: ["type": "array", "items": .object(reference("group"))]
        case .keySet:
            ["anyOf": [.object(choice(ClientTool.names)), .object(list(of: choice(ClientTool.names)))]]
        case .scopeMappings: ["type": "array", "items": .object(reference("scopeMapping"))]
        case .keys:
            [
                "type": "object",
                "additionalProperties": [
                    "anyOf": [
                        .object(choice(PublishedValue.allCases.map(\.rawValue))), .object(reference("publishedText")),
                    ]
                ],
            ]
        case .value, .template: ["type": ["string", "number"]]
        default: [:]
        }
    }

    /// A number is valid text: `clientID: 4711`.
    private static func text(_ rule: TextRule) -> [String: JSONValue] {
        var text: [String: JSONValue] = ["type": ["string", "number"]]
        if let pattern = rule.pattern {
            text["pattern"] = .string(pattern)
        } else if !rule.mayBeEmpty {
            text["minLength"] = 1
        }
        return text
    }

    private static func choice(_ words: [String]) -> [String: JSONValue] {
        ["enum": .array(words.map(JSONValue.string))]
    }

    private static func list(of item: [String: JSONValue], mayBeEmpty: Bool = false) -> [String: JSONValue] {
        var list: [String: JSONValue] = ["type": "array", "items": .object(item)]
        if !mayBeEmpty { list["minItems"] = 1 }
        return list
    }

    private static func reference(_ definition: String) -> [String: JSONValue] {
        ["$ref": .string("#/$defs/\(definition)")]
    }

    private static func orNull(_ value: [String: JSONValue]) -> [String: JSONValue] {
        if value["$ref"] != nil { return ["anyOf": [.object(value), ["type": "null"]]] }
        var value = value
        if let forms = value["anyOf"]?.array { value["anyOf"] = .array(forms + [["type": "null"]]) }
        if let type = value["type"] { value["type"] = .array((type.array ?? [type]) + ["null"]) }
        if let words = value["enum"]?.array { value["enum"] = .array(words + [.null]) }
        return value
    }
}
