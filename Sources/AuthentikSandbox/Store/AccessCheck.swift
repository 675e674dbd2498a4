import FoundationEssentials

/// Who may open an application according to its bindings, as decided by Authentik's policy engine.
///
/// | enabled bindings | the user may open it |
/// |---|---|
/// | none | yes; since 2026.5 only if the installation's flag `core_default_app_access` is not off |
/// | some, mode `any` | if one of them passes |
/// | some, mode `all` | if all of them pass |
///
/// Releases from 2025.8 until 2026.2 have a bug that opens more than intended: even in mode `all`, one passing binding
/// of a group or user is enough for all of them, and only policies are evaluated individually.
///
/// A binding passes for its user, for a member of its group or of a group below that, or if its policy passes; a
/// negated one passes otherwise. A policy that cannot be evaluated here (see ``Policy/result``) passes for no user,
/// negated or not. Superusers are treated like anybody else.
///
/// Source: `authentik/policies/engine.py`; the bug was introduced by pull request 14957, and fixed by 20430.
struct AccessCheck {
    private let user: Int
    private let groups: Set<UUID>
    private let store: Store

    init(_ user: Int, in store: Store) {
        self.user = user
        self.store = store
        groups = Set(store.allGroups(of: user).keys)
    }

    func mayOpen(_ application: Application) -> Bool {
        let bindings = enabledBindings(of: application)
        if bindings.isEmpty { return store.opensWithoutBindings }
        func results(_ bindings: [PolicyBinding]) -> [Bool] { bindings.map { passes($0) ?? false } }
        guard application.policyEngineMode == .all else { return results(bindings).contains(true) }
        guard store.release.confusesModeAll else { return results(bindings).allSatisfy { $0 } }
        let (subjects, policies) = (bindings.filter { $0.policy == nil }, bindings.filter { $0.policy != nil })
        return results(policies).allSatisfy { $0 } && (subjects.isEmpty || results(subjects).contains(true))
    }

    /// The policies of an application that cannot be evaluated, which count as not passing.
    func unknownPolicies(of application: Application) -> [String] {
        enabledBindings(of: application).filter { passes($0) == nil }
            .compactMap { $0.policy.flatMap { store.policies[$0]?.name } }
    }

    private func enabledBindings(of application: Application) -> [PolicyBinding] {
        store.bindings(of: application.pk).filter(\.isEnabled)
    }

    private func passes(_ binding: PolicyBinding) -> Bool? {
        let passes: Bool? =
            if let policy = binding.policy {
                store.policies[policy]?.result
            } else if let group = binding.group {
                groups.contains(group)
            } else {
                binding.user == user
            }
        return passes.map { $0 != binding.negate }
    }
}
