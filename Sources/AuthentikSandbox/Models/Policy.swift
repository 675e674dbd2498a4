import FoundationEssentials
import JSON

/// `authentik_policies.policy`: decides wherever it is bound.
struct Policy: Sendable, Codable {
    enum Kind: Sendable, Codable {
        case expression
        /// Matches events of one action.
        case eventMatcher(action: String)
        /// Requirements for a new password.
        case password
    }

    var pk = UUID()
    var name: String
    var kind: Kind
    /// The Python of an expression policy; see ``result`` for the supported part.
    var expression = ""
    /// Whether each execution is logged; stored and shown, but without effect.
    var logsExecution = false
    /// The number of prompts that use it, which are not objects here.
    var promptCount = 0

    /// The decision of an expression policy; nil if it cannot be evaluated here.
    ///
    /// There is no Python in the sandbox: in addition to comments and empty lines it understands `return True` and
    /// `return False`.
    var result: Bool? {
        guard case .expression = kind else { return nil }
        let statements = expression.split(whereSeparator: \.isNewline)
            .map { String($0.prefix { $0 != "#" }).trimmed }.filter { !$0.isEmpty }
        return switch statements {
        case ["return True"]: true
        case ["return False"]: false
        default: nil
        }
    }

    func json(boundTo count: Int, _ release: Release) -> JSONValue {
        var fields: [String: JSONValue] = [
            "pk": pk.json,
            "name": .string(name),
            "execution_logging": .bool(logsExecution),
            "bound_to": .integer(count + promptCount),
        ]
        switch kind {
        case .expression:
            fields["component"] = "ak-policy-expression-form"
            fields["verbose_name"] = "Expression Policy"
            fields["verbose_name_plural"] = "Expression Policies"
            fields["meta_model_name"] = "authentik_policies_expression.expressionpolicy"
            fields["expression"] = .string(expression)
        case .eventMatcher(let action):
            fields["component"] = "ak-policy-event-matcher-form"
            fields["verbose_name"] = "Event Matcher Policy"
            fields["verbose_name_plural"] = "Event Matcher Policies"
            fields["meta_model_name"] = "authentik_policies_event_matcher.eventmatcherpolicy"
            fields["action"] = .string(action)
            fields["client_ip"] = .null
            fields["app"] = .null
            fields["model"] = .null
            if release.queriesEvents { fields["query"] = .null }
        case .password:
            fields["component"] = "ak-policy-password-form"
            fields["verbose_name"] = "Password Policy"
            fields["verbose_name_plural"] = "Password Policies"
            fields["meta_model_name"] = "authentik_policies_password.passwordpolicy"
            fields.merge(Self.passwordRules) { $1 }
        }
        return .object(fields)
    }

    /// The policies of a fresh installation, which cannot be changed here.
    private static let passwordRules: [String: JSONValue] = [
        "password_field": "password",
        "amount_digits": 0,
        "amount_uppercase": 0,
        "amount_lowercase": 0,
        "amount_symbols": 0,
        "length_min": 8,
        "symbol_charset": ##"!\"#$%&'()*+,-./:;<=>?@[\]^_`{|}~ "##,
        "error_message": "Password needs to be 8 characters or longer.",
        "check_static_rules": true,
        "check_have_i_been_pwned": false,
        "check_zxcvbn": true,
        "hibp_allowed_count": 0,
        "zxcvbn_score_threshold": 2,
    ]
}

extension Policy {
    /// Also decodes older files, from before policies could be changed.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            pk: try values.decode(UUID.self, forKey: .pk),
            name: try values.decode(String.self, forKey: .name),
            kind: try values.decode(Kind.self, forKey: .kind),
            expression: try values.decodeIfPresent(String.self, forKey: .expression) ?? Self.unknown,
            logsExecution: try values.decodeIfPresent(Bool.self, forKey: .logsExecution) ?? false,
            promptCount: try values.decodeIfPresent(Int.self, forKey: .promptCount) ?? 0
        )
    }

    /// The expression of a policy of the installation, which uses data that does not exist here.
    static let unknown = "return ak_is_sso_flow"
}

/// `authentik_policies.policybinding`: gives access to a target.
struct PolicyBinding: Sendable, Codable {
    var pk = UUID()
    /// An application's, an entitlement's or a flow's.
    var target: UUID?
    /// Takes precedence over everything else that is set: a PATCH that names another subject does not remove it.
    var policy: UUID?
    var group: UUID?
    var user: Int?
    var negate = false
    var isEnabled = true
    var order = 0
    /// Seconds.
    var timeout = 30
    var failureResult = false
    /// When it expires; since 2026.8.
    var expires: Date?
}
