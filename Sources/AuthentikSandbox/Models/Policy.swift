import FoundationEssentials
import JSON

/// A policy that the installation brought along; what it would decide has no meaning here.
struct Policy: Sendable, Codable {
    enum Kind: Sendable, Codable {
        case expression
        /// Matches events of one action.
        case eventMatcher(action: String)
    }

    var pk = UUID()
    var name: String
    var kind: Kind

    func json(boundTo count: Int, _ release: Release) -> JSONValue {
        var fields: [String: JSONValue] = [
            "pk": pk.json,
            "name": .string(name),
            "execution_logging": false,
            "bound_to": .integer(count),
        ]
        switch kind {
        case .expression:
            fields["component"] = "ak-policy-expression-form"
            fields["verbose_name"] = "Expression Policy"
            fields["verbose_name_plural"] = "Expression Policies"
            fields["meta_model_name"] = "authentik_policies_expression.expressionpolicy"
            fields["expression"] = "return True"
        case .eventMatcher(let action):
            fields["component"] = "ak-policy-event-matcher-form"
            fields["verbose_name"] = "Event Matcher Policy"
            fields["verbose_name_plural"] = "Event Matcher Policies"
            fields["meta_model_name"] = "authentik_policies_event_matcher.eventmatcherpolicy"
            fields["action"] = .string(action)
            fields["client_ip"] = .null
            fields["app"] = .null
            fields["model"] = .null
            if release >= .may2026 { fields["query"] = .null }
        }
        return .object(fields)
    }
}

/// `authentik_policies.policybinding`: who passes a target.
struct PolicyBinding: Sendable, Codable {
    var pk = UUID()
    /// An application's, an entitlement's or a flow's.
    var target: UUID?
    var policy: UUID?
    var group: UUID?
    var user: Int?
    var negate = false
    var isEnabled = true
    var order = 0
    /// Seconds.
    var timeout = 30
    var failureResult = false
}
