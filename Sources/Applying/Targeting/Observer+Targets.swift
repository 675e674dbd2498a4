import AuthentikAPI
import DesiredState
import JSON
import Kinds
import Planning

/// Reads the parts of a snapshot that may have changed.
extension Observer {
    /// Reads some services again, and takes everything else from a snapshot.
    ///
    /// Applications come first, because their marks, bindings and linked providers are found through them. Then come
    /// marks and bindings, then the providers that any of those refer to.
    ///
    /// - Returns: the state that a full look would show.
    /// - Throws: ``FullLookNeeded`` if an application is not found under its slug and was not deleted, or has other
    ///   backchannel providers; `AuthentikError`, or `CancellationError`.
    func observe(
        _ targets: [Target],
        for desired: DesiredState,
        after snapshot: Snapshot
    ) async throws -> ObservedState {
        async let published = published(of: targets, for: desired, known: snapshot.authentik.published)
        var refreshed = try await applications(of: targets, for: desired, after: snapshot.authentik)
        async let outposts = outposts(of: targets, for: desired, after: snapshot)
        try await readMarks(of: targets, &refreshed)
        if desired.managesAccess { try await readBindings(of: targets, &refreshed) }
        try await readProviders(of: targets, for: desired, &refreshed)
        if let outposts = try await outposts { refreshed.state.outposts = outposts }
        refreshed.state.published = await published
        return refreshed.state
    }

    /// What was read so far.
    private struct Refreshed: Sendable {
        var state: ObservedState
        /// The pks of the applications that each service has now.
        var present: [String: Set<String>] = [:]
        /// The pks of applications that were deleted.
        var deleted: Set<String> = []
        /// The providers that each service has or had.
        var providers: [String: Set<Int>] = [:]

        func applications(of targets: [Target], with part: ServiceParts) -> [String] {
            targets.filter { $0.parts.contains(part) }.flatMap { present[$0.slug] ?? [] }.sorted()
        }
    }

    // MARK: - Applications

    private func applications(
        of targets: [Target],
        for desired: DesiredState,
        after state: ObservedState
    ) async throws -> Refreshed {
        var refreshed = Refreshed(state: state)
        let index = ApplicationIndex(state)
        let services = Dictionary(desired.services.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        var slugs: [String: Set<String>] = [:]
        for target in targets {
            let known = index.applications(of: target.slug)
            refreshed.present[target.slug] = Set(known.map(\.pk))
            refreshed.providers[target.slug] = Set(known.flatMap { index.providers(of: $0) })
            guard target.parts.contains(.application) else { continue }
            slugs[target.slug] = Set(known.map(\.slug) + [target.slug] + (services[target.slug]?.renamedFrom ?? []))
        }
        let all = slugs.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        let found = try await client.inParallel(all.sorted()) { ($0, try await client.application(slug: $0)) }
        let bySlug = Dictionary(found, uniquingKeysWith: { first, _ in first })
        let deleted = targets.reduce(into: Set<String>()) { $0.formUnion($1.deleted) }
        let moved = Set(found.compactMap { $0.1?.pk })
        var gone: Set<String> = []
        var rows: [Application] = []
        for slug in all {
            let known = index.application(slug: slug)
            let row = bySlug[slug] ?? nil
            if let known, known.pk != row?.pk, !moved.contains(known.pk) {
                guard deleted.contains(undashed(known.pk)) else {
                    throw FullLookNeeded("the application '\(slug)' was not found")
                }
                gone.insert(known.pk)
            }
            guard let row else { continue }
            let before = index.application(pk: row.pk)
            // The other providers show the link, too, and are not read.
            guard row.backchannelProviders == before?.backchannelProviders ?? [] else {
                throw FullLookNeeded("the application '\(slug)' has other backchannel providers")
            }
            rows.append(row)
        }
        for target in targets {
            guard let created = target.created, !deleted.contains(created),
                !moved.contains(where: { undashed($0) == created })
            else { continue }
            throw FullLookNeeded("the application of '\(target.slug)', which was just created, was not found")
        }
        refreshed.deleted = gone
        refreshed.state.applications.replace(rows.map { ($0.pk, $0) }, removing: gone, by: \.pk)
        for (service, slugs) in slugs {
            let own = rows.filter { slugs.contains($0.slug) }
            refreshed.present[service, default: []].subtract(gone)
            refreshed.present[service, default: []].formUnion(own.map(\.pk))
            refreshed.providers[service, default: []].formUnion(own.compactMap(\.provider))
        }
        return refreshed
    }

    // MARK: - Marks and bindings

    private func readMarks(of targets: [Target], _ refreshed: inout Refreshed) async throws {
        let applications = refreshed.applications(of: targets, with: .mark)
        let found = try await client.inParallel(applications) {
            try await client.entitlements(named: OwnershipMark.entitlementName, application: $0)
        }
        let marks = found.flatMap(\.self).compactMap(ObservedMark.init)
        let read = Set(applications).union(refreshed.deleted)
        refreshed.state.marks.removeAll { read.contains($0.application) }
        refreshed.state.marks += marks
        let byApplication = Dictionary(grouping: marks, by: \.application)
        for target in targets {
            let own = (refreshed.present[target.slug] ?? []).flatMap { byApplication[$0] ?? [] }
            refreshed.providers[target.slug, default: []].formUnion(own.flatMap(\.remains.allProviders))
        }
    }

    private func readBindings(of targets: [Target], _ refreshed: inout Refreshed) async throws {
        let applications = refreshed.applications(of: targets, with: .bindings)
        let found = try await client.inParallel(applications) { try await client.policyBindings(of: $0) }
        let read = Set(applications).union(refreshed.deleted)
        refreshed.state.access?.bindings.removeAll { read.contains($0.target) }
        refreshed.state.access?.bindings += found.flatMap(\.self)
    }

    // MARK: - Providers

    /// Reads the providers that services have or had; for a service without one, the provider with its name.
    private func readProviders(
        of targets: [Target],
        for desired: DesiredState,
        _ refreshed: inout Refreshed
    ) async throws {
        let read = targets.filter { $0.parts.contains(.provider) }
        let pks = Set(read.flatMap { refreshed.providers[$0.slug] ?? [] })
        var rows: [OAuth2Provider] = []
        var gone = pks
        for row in try await client.inParallel(pks.sorted(), { try await client.provider(pk: $0) }).compactMap(\.self) {
            gone.remove(row.pk)
            rows.append(row)
        }
        let found = Set(rows.map(\.pk))
        let without = Set(read.filter { found.isDisjoint(with: refreshed.providers[$0.slug] ?? []) }.map(\.slug))
        let names = desired.services.filter { without.contains($0.slug) && $0.state == .present }
            .compactMap { $0.login?.name }
        rows += try await client.inParallel(names) { try await client.provider(named: $0) }.compactMap(\.self)
        let models = refreshed.state.providerModels
        for index in rows.indices { rows[index].classify(by: models[rows[index].pk]) }
        let unclear = rows.indices.filter { rows[$0].kind != .oauth2 }
        let proxies = try await client.inParallel(unclear) { [rows] index in
            try await proxy(rows[index], for: desired).map { (index, $0) }
        }
        for case (let index, let proxy)? in proxies { rows[index].classify(as: proxy) }
        refreshed.state.keepBackchannels(in: &rows)
        refreshed.state.providers.replace(rows.map { ($0.pk, $0) }, removing: gone, by: \.pk)
        refreshed.state.completeBackchannels()
        refreshed.state.secretProofs = refreshed.state.secretProofs.filter { proof, _ in
            !pks.contains(proof.provider) && !found.contains(proof.provider)
        }
    }

    /// - Returns: nil if the account may not see it and does not have to.
    private func proxy(_ provider: OAuth2Provider, for desired: DesiredState) async throws -> ProxyProvider?? {
        do {
            return .some(try await client.proxyProvider(pk: provider.pk))
        } catch let error as AuthentikError where error.kind == .permissionDenied && !desired.usesForwardAuth {
            return .none
        }
    }

    // MARK: - Outposts and Kubernetes

    /// - Returns: nil if what outposts serve cannot have changed.
    private func outposts(
        of targets: [Target],
        for desired: DesiredState,
        after snapshot: Snapshot
    ) async throws -> [Outpost]? {
        let slugs = Set(targets.filter { $0.parts.contains(.outposts) }.map(\.slug))
        guard desired.usesForwardAuth, !snapshot.cost(for: desired).proxies.isDisjoint(with: slugs) else { return nil }
        let services = desired.services.filter { slugs.contains($0.slug) }
        let known = snapshot.authentik.outposts
        let named = Set(OutpostUse.all(of: services, among: known).compactMap(\.outpost?.pk))
        return try await outposts(of: desired.services, known.filter { !named.contains($0.pk) })
    }

    private func published(
        of targets: [Target],
        for desired: DesiredState,
        known: [PublishedObjectName: PublishedObservation]
    ) async -> [PublishedObjectName: PublishedObservation] {
        let slugs = targets.filter { $0.parts.contains(.published) }.map(\.slug)
        // A narrowing without services means all services.
        guard !slugs.isEmpty else { return known }
        let read = await published(for: desired, Narrowing(only: slugs), nil)
        let wanted = Set(
            desired.services.filter { $0.state == .present }.compactMap { $0.provider?.publication?.object }
        )
        return known.merging(read) { $1 }.filter { wanted.contains($0.key) }
    }
}

/// Finds applications of a snapshot.
private struct ApplicationIndex {
    private let applications: [Application]
    private let bySlug: [String: Int]
    private let byPK: [String: Int]
    /// By the slug in a mark of any owner.
    private let byMark: [String: [Int]]
    private let marks: [String: [ObservedMark]]

    init(_ state: ObservedState) {
        applications = state.applications
        let places = Array(state.applications.enumerated())
        bySlug = Dictionary(places.map { ($1.slug, $0) }, uniquingKeysWith: { first, _ in first })
        let byPK = Dictionary(places.map { ($1.pk, $0) }, uniquingKeysWith: { first, _ in first })
        self.byPK = byPK
        marks = Dictionary(grouping: state.marks, by: \.application)
        byMark = state.marks.reduce(into: [:]) { table, mark in
            guard let slug = mark.remains.slug, let place = byPK[mark.application] else { return }
            table[slug, default: []].append(place)
        }
    }

    func application(slug: String) -> Application? { bySlug[slug].map { applications[$0] } }
    func application(pk: String) -> Application? { byPK[pk].map { applications[$0] } }

    /// The application with a slug, and those whose marks have it.
    func applications(of slug: String) -> [Application] {
        Set((byMark[slug] ?? []) + [bySlug[slug]].compactMap(\.self)).sorted().map { applications[$0] }
    }

    /// Its current provider, and those in its marks.
    func providers(of application: Application) -> [Int] {
        [application.provider].compactMap(\.self) + (marks[application.pk] ?? []).flatMap(\.remains.allProviders)
    }
}

extension Array {
    /// Replaces elements by their keys, and adds new ones.
    fileprivate mutating func replace<Key: Hashable>(
        _ elements: [(Key, Element)],
        removing gone: Set<Key>,
        by key: (Element) -> Key
    ) {
        guard !elements.isEmpty || !gone.isEmpty else { return }
        var new = Dictionary(elements, uniquingKeysWith: { $1 })
        removeAll { gone.contains(key($0)) && new[key($0)] == nil }
        for index in indices {
            if let element = new.removeValue(forKey: key(self[index])) { self[index] = element }
        }
        for (key, element) in elements where new.removeValue(forKey: key) != nil { append(element) }
    }
}
