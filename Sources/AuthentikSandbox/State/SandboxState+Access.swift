package import FoundationEssentials

/// Access to applications: declared in an initial state, and read back from one.
///
/// Missing objects that are named are created: a user, a group without members, a policy that denies, an application
/// without a provider. None of this is in the audit log.
extension SandboxState {
    /// The subject of a binding, by name.
    package enum Subject: Sendable, Hashable {
        case group(String)
        case user(String)
        case policy(String)
    }

    /// A policy binding of an application.
    package struct Binding: Sendable, Hashable {
        package var subject: Subject
        package var order: Int
        package var isEnabled: Bool
        package var isNegated: Bool
        /// When it expires; shown since 2026.8.
        package var expires: Date?

        package init(
            _ subject: Subject,
            order: Int = 0,
            isEnabled: Bool = true,
            isNegated: Bool = false,
            expires: Date? = nil
        ) {
            self.subject = subject
            self.order = order
            self.isEnabled = isEnabled
            self.isNegated = isNegated
            self.expires = expires
        }
    }

    /// - Returns: its primary key.
    @discardableResult
    package mutating func addUser(_ username: String) -> Int {
        if let user = store.indexes.userByName[username] { return user }
        let user = User(pk: store.keys.makeUserKey(), username: username, name: username)
        store.replace(nil, with: user)
        return user.pk
    }

    /// Adds a group, or members and parents to an existing one.
    ///
    /// - Returns: its primary key.
    @discardableResult
    package mutating func addGroup(
        _ name: String,
        members: [String] = [],
        parents: [String] = [],
        isSuperuser: Bool = false
    ) -> String {
        let old = store.indexes.groupByName[name].flatMap { store.groups[$0] }
        var group = old ?? Group(name: name)
        for user in members.map({ addUser($0) }) where !group.users.contains(user) { group.users.append(user) }
        for parent in parents.compactMap({ UUID(uuidString: addGroup($0)) }) where !group.parents.contains(parent) {
            group.parents.append(parent)
        }
        group.isSuperuser = group.isSuperuser || isSuperuser
        store.replace(old, with: group)
        return group.pk.text
    }

    /// Adds an expression policy, or changes the expression of an existing one.
    ///
    /// - Parameter expression: Python, of which the sandbox understands only `return True` and `return False`; anything
    ///   else
    ///   counts as a denial.
    /// - Returns: its primary key.
    @discardableResult
    package mutating func addExpressionPolicy(_ name: String, _ expression: String = "return False") -> String {
        let old = store.indexes.policyByName[name].flatMap { store.policies[$0] }
        var policy = old ?? Policy(name: name, kind: .expression)
        policy.expression = expression
        store.replace(old, with: policy)
        return policy.pk.text
    }

    /// Adds an application without a provider, or changes the mode of an existing one.
    ///
    /// - Returns: its primary key, which is the target of its bindings.
    @discardableResult
    package mutating func addApplication(_ slug: String, mode: PolicyEngineMode = .any) -> String {
        let old = store.application(slug: slug)
        var application = old ?? Application(name: slug, slug: slug)
        application.policyEngineMode = mode
        store.replace(old, with: application)
        return application.pk.text
    }

    /// Adds bindings to an application; duplicates are added twice.
    package mutating func bind(_ slug: String, to bindings: Binding...) {
        bind(slug, to: bindings)
    }

    package mutating func bind(_ slug: String, to bindings: [Binding]) {
        if store.application(slug: slug) == nil { addApplication(slug) }
        for binding in bindings {
            var row = PolicyBinding(target: store.application(slug: slug)?.pk)
            switch binding.subject {
            case .group(let name):
                if store.indexes.groupByName[name] == nil { addGroup(name) }
                row.group = store.indexes.groupByName[name]
            case .user(let name): row.user = addUser(name)
            case .policy(let name):
                if store.indexes.policyByName[name] == nil { addExpressionPolicy(name) }
                row.policy = store.indexes.policyByName[name]
            }
            row.order = binding.order
            row.isEnabled = binding.isEnabled
            row.negate = binding.isNegated
            row.expires = binding.expires
            store.replace(nil, with: row)
        }
    }

    /// Whether an application without an enabled binding is open to all users: the installation's flag
    /// `core_default_app_access`, which releases before 2026.5 do not have.
    package var opensWithoutBindings: Bool {
        get { store.opensWithoutBindings }
        set { store.flags[Store.defaultAccessFlag] = newValue }
    }
}

extension SandboxState {
    /// The bindings of an application by order, and by key if the order is equal.
    package func bindings(of slug: String) -> [Binding] {
        guard let application = store.application(slug: slug) else { return [] }
        return store.bindings(of: application.pk).compactMap { row in
            guard let subject = subject(of: row) else { return nil }
            return Binding(
                subject,
                order: row.order,
                isEnabled: row.isEnabled,
                isNegated: row.negate,
                expires: row.expires
            )
        }
    }

    /// Whether one policy of an application is enough, or all are needed; nil if the application does not exist.
    package func mode(of slug: String) -> PolicyEngineMode? { store.application(slug: slug)?.policyEngineMode }

    /// Whether an application has anything that can be opened: a provider or a launch URL.
    package func hasSomethingToOpen(_ slug: String) -> Bool {
        store.application(slug: slug).map { $0.provider != nil || !$0.metaLaunchURL.isEmpty } ?? false
    }

    /// The usernames of a group's direct members, in order; nil if the group does not exist.
    package func members(of group: String) -> [String]? {
        store.indexes.groupByName[group].flatMap { store.groups[$0] }?.users
            .compactMap { store.users[$0]?.username }.sorted()
    }

    /// The expression of a policy; nil if the policy does not exist.
    package func expression(of policy: String) -> String? {
        store.indexes.policyByName[policy].flatMap { store.policies[$0] }?.expression
    }

    /// Whether a user may open an application; false if one of them does not exist.
    package func mayOpen(_ slug: String, as username: String) -> Bool {
        guard let user = store.indexes.userByName[username], let application = store.application(slug: slug) else {
            return false
        }
        return AccessCheck(user, in: store).mayOpen(application)
    }

    private func subject(of row: PolicyBinding) -> Subject? {
        if let policy = row.policy { return store.policies[policy].map { .policy($0.name) } }
        if let group = row.group { return store.groups[group].map { .group($0.name) } }
        return row.user.flatMap { store.users[$0] }.map { .user($0.username) }
    }
}
