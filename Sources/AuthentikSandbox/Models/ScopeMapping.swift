import FoundationEssentials
import JSON

/// `authentik_providers_oauth2.scopemapping`: the claims about a user that a client gets for a scope.
struct ScopeMapping: Sendable, Codable {
    var pk = UUID()
    var name = ""
    var scopeName = ""
    /// The name by which its manager recognises it; unique, any text.
    var managed: String?
    var description = ""
    /// The Python that returns the claims.
    var expression = Self.unknown {
        didSet { claims = Self.claims(of: expression) }
    }
    /// The claims that its expression returns.
    private(set) var claims: [String] = []

    init() {}

    /// A mapping of a fresh installation, whose expression is unknown here.
    init(name: String, scopeName: String, managed: String, description: String, claims: [String]) {
        self.name = name
        self.scopeName = scopeName
        self.managed = managed
        self.description = description
        self.claims = claims
    }

    var json: JSONValue {
        [
            "pk": pk.json,
            "managed": .text(managed),
            "name": .string(name),
            "expression": .string(expression),
            "component": "ak-property-mapping-provider-scope-form",
            "verbose_name": "Scope Mapping",
            "verbose_name_plural": "Scope Mappings",
            "meta_model_name": "authentik_providers_oauth2.scopemapping",
            "scope_name": .string(scopeName),
            "description": .string(description),
        ]
    }

    private static let unknown = "return {}"

    /// The part of an expression that discovery shows: the literal keys of the dictionary that it returns.
    ///
    /// Authentik runs it for an anonymous user. There is no Python here, so keys are found by syntax: as text before a
    /// colon, in the outermost braces of the last `return {`.
    private static func claims(of expression: String) -> [String] {
        guard let start = expression.ranges(of: "return {").last?.upperBound else { return [] }
        var claims: [String] = []
        var depth = 1
        var rest = expression[start...]
        while depth > 0, let character = rest.popFirst() {
            switch character {
            case "{", "[", "(": depth += 1
            case "}", "]", ")": depth -= 1
            case "\"", "'":
                let text = rest.prefix { $0 != character }
                rest = rest[text.endIndex...].dropFirst()
                let isKey = rest.drop { $0.isWhitespace }.first == ":"
                if depth == 1, isKey { claims.append(String(text)) }
            default: break
            }
        }
        return claims
    }
}

extension ScopeMapping {
    /// Also decodes older files, from before mappings could be changed.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        pk = try values.decode(UUID.self, forKey: .pk)
        name = try values.decode(String.self, forKey: .name)
        scopeName = try values.decode(String.self, forKey: .scopeName)
        managed = try values.decodeIfPresent(String.self, forKey: .managed)
        description = try values.decode(String.self, forKey: .description)
        expression = try values.decodeIfPresent(String.self, forKey: .expression) ?? Self.unknown
        claims = try values.decode([String].self, forKey: .claims)
    }
}
