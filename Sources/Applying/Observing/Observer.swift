package import AuthentikAPI
import DesiredState
package import Kinds
package import KubernetesAPI
package import Planning
import SecretSources

/// Reads the state of Authentik and Kubernetes; writes nothing.
package struct Observer: Sendable {
    let client: AuthentikClient
    /// Nil if Kubernetes must not be accessed.
    let kubernetes: KubernetesAccess?

    package init(client: AuthentikClient, kubernetes: KubernetesAccess? = nil) {
        self.client = client
        self.kubernetes = kubernetes
    }

    /// Reads everything that a plan for `desired` needs, from both at the same time.
    ///
    /// - Parameters:
    ///   - narrowing: limits the services whose Kubernetes objects are read.
    ///   - first: an earlier observation of the same pass: Kubernetes objects and the health of outposts are not read
    ///     again.
    /// - Throws: ``PassFailure`` if anything in Authentik cannot be read; a pass that cannot see everything writes
    ///   nothing.
    func observe(
        for desired: DesiredState,
        _ narrowing: Narrowing,
        after first: ObservedState? = nil
    ) async throws -> ObservedState {
        async let published = published(for: desired, narrowing, first?.published)
        var observed = try await authentik(for: desired, narrowing, outposts: first?.outposts ?? [])
        observed.published = await published
        return observed
    }

    /// Reads everything that an export needs, in a handful of list requests regardless of the number of objects.
    ///
    /// - Throws: ``PassFailure`` if any of it cannot be read, or if the account is not a superuser: its list of
    ///   applications would be filtered by policy, with no indication of what is missing.
    package func observeForExport() async throws -> (
        observed: ObservedState, bindings: [PolicyBinding], entitlements: [ApplicationEntitlement]
    ) {
        do {
            let account = try await client.account()
            guard account.isSuperuser else {
                throw PassFailure(
                    .refused,
                    "an export needs the token of a superuser: Authentik shows the account '\(account.username)' only the "
                        + "applications that it may open itself, so the file would silently lack the others"
                )
            }
            async let bindings = client.policyBindings()
            async let entitlements = client.entitlements()
            async let sources = client.sources()
            var observed = try await authentik(for: DesiredState(owner: "", services: []), isForExport: true)
            observed.sources = try await sources
            return (observed, try await bindings, try await entitlements)
        } catch let error as AuthentikError {
            throw PassFailure(error)
        }
    }

    /// Reads the marks of all owners, including those on scope mappings, and the applications that the account may
    /// list.
    ///
    /// - Throws: ``PassFailure``, or `CancellationError`.
    func observeMarks() async throws -> ObservedState {
        do {
            async let release = client.release()
            async let applications = client.listedApplications()
            async let marks = client.entitlements(named: OwnershipMark.entitlementName)
            async let scopeMappings = client.scopeMappings()
            let rows = try await applications.rows
            let observed = try await marks.compactMap(ObservedMark.init)
            return try await ObservedState(
                release: release,
                applications: rows,
                marks: observed,
                scopeMappings: scopeMappings
            )
        } catch let error as AuthentikError {
            throw PassFailure(error)
        }
    }

    // MARK: - Authentik

    /// Reads everything that a plan for `desired` needs.
    ///
    /// For a superuser this takes eight list requests, all at once, for any number of services. For other accounts
    /// Authentik filters the list of applications by policy, so hidden ones are then read by slug, one request each.
    /// One more list is needed if something looks like a proxy provider and no application determines its type; one
    /// more if the file declares groups or names them in access rules. Access rules need the bindings; unless they
    /// allow everyone, the policy that lets nobody in; the policies if any are named; and each user that is named.
    /// Forward-auth needs proxy providers and outposts, and then the health of each outpost that a service names.
    ///
    /// - Parameters:
    ///   - narrowing: determines whether declared groups are read even if no service needs them, and which outposts are
    ///     read in detail.
    ///   - known: outposts whose health was read before.
    ///   - isForExport: whether everything matters: each row, and proxy providers and outposts even if no service needs
    ///     them.
    /// - Throws: ``PassFailure`` if any of it cannot be read; a pass that cannot see everything writes nothing.
    private func authentik(
        for desired: DesiredState,
        _ narrowing: Narrowing = Narrowing(),
        outposts known: [Outpost] = [],
        isForExport: Bool = false
    ) async throws -> ObservedState {
        do {
            async let release = client.release()
            async let account = client.account()
            async let listed = client.listedApplications()
            async let providers = client.listedProviders()
            async let marks = client.listedEntitlements(named: OwnershipMark.entitlementName)
            async let flows = client.flows()
            async let keys = client.keys()
            async let scopeMappings = client.scopeMappings()
            async let groups = groups(for: desired, withShared: narrowing.includesShared)
            async let forwardAuth =
                desired.usesForwardAuth || isForExport ? forwardAuth(for: desired, narrowing, known) : nil
            async let sources = desired.federatesSources ? client.sources() : []
            async let access = access(for: desired)
            // The release explains why other requests fail.
            try check(await release)
            let isSuperuser = try await account.isSuperuser
            var observed = try await ObservedState(
                release: release,
                providers: providers.rows,
                marks: marks.rows.compactMap(ObservedMark.init),
                flows: flows,
                keys: keys,
                scopeMappings: scopeMappings
            )
            observed.groups = try await groups
            observed.sources = try await sources
            let bindings: Listing<PolicyBinding>?
            (observed.access, bindings) = try await access ?? (nil, nil)
            let list = try await listed
            let slugs = slugs(for: desired, observed, list.rows)
            observed.applications =
                isSuperuser
                ? try await applications(of: list, slugs, observed.marks, owner: desired.owner)
                : try await applications(slugs: slugs, listed: list.rows, release: observed.release)
            if isForExport {
                if !list.isWhole { observed.applications = try await client.complete(list) }
                observed.providers = try await client.providers(of: try await providers)
            } else {
                try await addMissing(to: &observed, try await providers, try await marks, bindings, for: desired)
            }
            observed.completeBackchannels(of: list.rows)
            observed.classifyProxiesByApplications()
            if let forwardAuth = try await forwardAuth {
                observed.outposts = forwardAuth.outposts
                observed.classifyProxies(listed: forwardAuth.proxies)
            } else if observed.needsProxies(for: desired) {
                observed.classifyProxies(listed: try await client.proxyProvidersIfSeen())
            }
            return observed
        } catch let error as AuthentikError {
            throw PassFailure(error)
        }
    }

    /// Proxy providers and the outposts that serve them.
    private func forwardAuth(
        for desired: DesiredState,
        _ narrowing: Narrowing,
        _ known: [Outpost]
    ) async throws -> (proxies: [ProxyProvider], outposts: [Outpost]) {
        async let proxies = client.proxyProviders()
        async let outposts = outposts(of: desired.services.filter { narrowing.includes($0.slug) }, known)
        return (try await proxies, try await outposts)
    }

    /// All outposts; those that services name with their health.
    func outposts(of services: [Service], _ known: [Outpost]) async throws -> [Outpost] {
        var outposts = try await client.outposts()
        let named = OutpostUse.all(of: services, among: outposts).compactMap(\.outpost)
        var health = Dictionary(known.map { ($0.pk, $0.health) }, uniquingKeysWith: { first, _ in first })
        try await withThrowingTaskGroup { group in
            for outpost in named where health[outpost.pk] == nil {
                group.addTask { (outpost.pk, try await client.health(of: outpost)) }
            }
            for try await (pk, found) in group { health[pk] = found }
        }
        for index in outposts.indices { outposts[index].health = health[outposts[index].pk] ?? outposts[index].health }
        return outposts
    }

    private func groups(for desired: DesiredState, withShared: Bool) async throws -> [Group] {
        let isDeclared = withShared && !desired.groups.isEmpty
        let named = desired.accessSubjects[.group]
        guard isDeclared || named != nil else { return [] }
        return try await groups((named ?? []).union(isDeclared ? desired.groups : []))
    }

    private func access(
        for desired: DesiredState
    ) async throws -> (observed: ObservedAccess?, bindings: Listing<PolicyBinding>?)? {
        guard desired.managesAccess else { return nil }
        let named = desired.accessSubjects
        async let listed = client.listedPolicyBindings()
        async let users = client.users(named: named[.user] ?? [])
        async let policies = named[.policy] == nil ? [] : client.policies()
        async let nobody = named.isEmpty ? nil : client.expressionPolicy(named: ExpressionPolicy.nobodyName)
        let bindings = try await listed
        let access = try await ObservedAccess(bindings: bindings.rows, users: users, policies: policies, nobody: nobody)
        return (access, bindings)
    }

    private func check(_ release: Release) throws {
        guard release.isSupported else {
            let oldest = Release.oldestSupported
            throw PassFailure(
                .unobservable,
                "Authentik \(release) is too old: \(oldest.year).\(oldest.month) is the first release that has "
                    + "application entitlements, which this program needs"
            )
        }
    }

    /// The slugs of every application that can affect a plan: declared, marked as ours, or with one of our providers.
    ///
    /// - Parameter listed: shows the current slug of a marked application that was renamed.
    private func slugs(
        for desired: DesiredState,
        _ observed: ObservedState,
        _ listed: [Application]
    ) -> Set<String> {
        var linked = [Int: String](minimumCapacity: observed.providers.count)
        for provider in observed.providers { linked[provider.pk] = provider.applicationSlug }
        var listedSlugs = [String: String](minimumCapacity: listed.count)
        for application in listed { listedSlugs[application.pk] = application.slug }
        var slugs = desired.declaredSlugs
        // A damaged mark may be ours, too.
        for mark in observed.marks where mark.remains.mayBelong(to: desired.owner) {
            if let slug = mark.remains.slug { slugs.insert(slug) }
            if let slug = mark.remains.provider.flatMap({ linked[$0] }) { slugs.insert(slug) }
            if let slug = listedSlugs[mark.application] { slugs.insert(slug) }
        }
        return slugs
    }

    /// The existing applications with those slugs, for an account that is not a superuser.
    ///
    /// - Parameters:
    ///   - listed: the account's list; its rows are used on releases whose lists are up to date.
    ///   - release: Authentik's release.
    /// - Returns: the applications, ordered by slug.
    private func applications(slugs: Set<String>, listed: [Application], release: Release) async throws -> [Application]
    {
        let current = release.listsCurrentApplications ? listed.filter { slugs.contains($0.slug) } : []
        let hidden = slugs.subtracting(current.map(\.slug)).sorted()
        return (current + (try await read(hidden))).sorted { $0.slug < $1.slug }
    }

    private func read(_ slugs: [String]) async throws -> [Application] {
        try await withThrowingTaskGroup(of: Application?.self) { group in
            var waiting = slugs.makeIterator()
            func startNext() {
                guard let slug = waiting.next() else { return }
                group.addTask { try await client.application(slug: slug) }
            }
            for _ in 0..<client.requestLimit { startNext() }
            var applications: [Application] = []
            var done = 0
            for try await application in group {
                if let application { applications.append(application) }
                done += 1
                client.onRead?(.applications, done, slugs.count)
                startNext()
            }
            return applications
        }
    }

    // MARK: - Kubernetes

    /// Reads each object to which services publish once, concurrently; none if Kubernetes must not be accessed.
    func published(
        for desired: DesiredState,
        _ narrowing: Narrowing,
        _ known: [PublishedObjectName: PublishedObservation]?
    ) async -> [PublishedObjectName: PublishedObservation] {
        if let known { return known }
        guard let kubernetes, !narrowing.withoutSecrets else { return [:] }
        let services = desired.services.filter { $0.state == .present && narrowing.includes($0.slug) }
        let names = Set(services.compactMap { $0.provider?.publication?.object })
        guard !names.isEmpty else { return [:] }
        let client: KubernetesClient
        do {
            client = try kubernetes.client()
        } catch {
            return Dictionary(uniqueKeysWithValues: names.map { ($0, .unreadable(reason: "\(error)")) })
        }
        return await withTaskGroup { group in
            for name in names { group.addTask { (name, await object(name, client, within: kubernetes.limit)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func object(
        _ name: PublishedObjectName,
        _ client: KubernetesClient,
        within limit: Duration
    ) async -> PublishedObservation {
        do {
            let object = try await client.within(limit) { try await $0.object(name.resource, name.object) }
            return .seen(object ?? KubernetesObject())
        } catch {
            return .unreadable(reason: "\(error)")
        }
    }
}
