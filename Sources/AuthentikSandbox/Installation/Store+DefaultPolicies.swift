import FoundationEssentials

extension Store {
    /// Makes the policies of a fresh installation and binds them.
    ///
    /// They guard flows, stages of flows, and the rules by which events are notified; the last two are no objects here
    /// and have a UUID only.
    mutating func makeDefaultPolicies() {
        func flow(_ slug: String) -> UUID { indexes.flowBySlug[slug] ?? UUID() }
        bind("default-oobe-flow-set-authentication", to: UUID())
        bind("default-oobe-prefill-user", to: UUID())
        bind("default-oobe-password-usable", to: flow("initial-setup"))
        bind("default-source-authentication-if-sso", to: flow("default-source-authentication"))
        bind("default-source-enrollment-if-sso", to: flow("default-source-enrollment"))
        bind("default-source-enrollment-if-username", to: UUID())
        bindMatcher("configuration_error", to: UUID())
        if release >= .may2026 { bindMatcher("configuration_warning", to: UUID()) }
        bindMatcher("update_available", to: UUID(), name: "update")
        let exceptions = UUID()
        bindMatcher("policy_exception", to: exceptions)
        bindMatcher("property_mapping_exception", to: exceptions, order: 1)
        bind("default-authentication-flow-password-stage", to: UUID(), order: 10, failureResult: true)
        if release >= .december2025 {
            bind("default-authentication-flow-authenticator-validate-stage", to: UUID(), order: 10, failureResult: true)
        }
    }

    private mutating func bindMatcher(_ action: String, to target: UUID, name: String? = nil, order: Int = 0) {
        let words = (name ?? action).replacing("_", with: "-")
        bind("default-match-\(words)", .eventMatcher(action: action), to: target, order: order)
    }

    private mutating func bind(
        _ name: String,
        _ kind: Policy.Kind = .expression,
        to target: UUID,
        order: Int = 0,
        failureResult: Bool = false
    ) {
        let policy = Policy(name: name, kind: kind)
        policies[policy.pk] = policy
        replace(
            nil,
            with: PolicyBinding(target: target, policy: policy.pk, order: order, failureResult: failureResult)
        )
    }
}
