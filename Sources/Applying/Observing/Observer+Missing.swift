import AuthentikAPI
import DesiredState
import Kinds
import Planning

/// Reads objects that a list did not show, before a plan treats them as missing.
///
/// A row that moves across the boundary of two pages while a list is read is missed, possibly without any sign of it:
/// see `Listing.isWhole`. So objects that a plan would create or restore because they seem to be missing are read
/// separately.
///
/// | not on its list | is read |
/// |---|---|
/// | an application that is declared, or that a mark of this owner's names | by its slug |
/// | the provider of such an application, and the one that its mark names | by its pk |
/// | the mark of an application that is declared | by its application |
/// | a binding that a mark of this owner's names | by its application |
/// | a group that is declared or named | by its name |
///
/// A list of one page that is not full is consistent, so nothing more is read. If more objects are missing than the
/// list has pages, the list is completed instead, which takes about one request per page and settles it for all rows.
extension Observer {
    /// The applications of a superuser's list.
    ///
    /// - Parameter slugs: the slugs that can affect a plan.
    func applications(
        of list: Listing<Application>,
        _ slugs: Set<String>,
        _ marks: [ObservedMark],
        owner: String
    ) async throws -> [Application] {
        guard !list.isOneMoment else { return list.isWhole ? list.rows : try await client.complete(list) }
        let missing = slugs.subtracting(list.rows.map(\.slug)).sorted()
        guard missing.count <= list.pageCount else { return try await client.complete(list) }
        let found = try await client.inParallel(missing) { try await client.application(slug: $0) }.compactMap(\.self)
        let applications = list.rows + found
        // A mark is deleted with its application, so an application with a mark that was not seen exists: it was
        // renamed.
        let seen = Set(applications.map(\.pk))
        let isUnseen = marks.contains { $0.remains.mayBelong(to: owner) && !seen.contains($0.application) }
        return isUnseen ? try await client.complete(list) : applications
    }

    /// Adds the objects that the applications and marks of `observed` refer to, and that it lacks.
    func addMissing(
        to observed: inout ObservedState,
        _ providers: Listing<OAuth2Provider>,
        _ marks: Listing<ApplicationEntitlement>,
        _ bindings: Listing<PolicyBinding>?,
        for desired: DesiredState
    ) async throws {
        let declared = desired.declaredSlugs
        if !marks.isOneMoment {
            let marked = Set(observed.marks.map(\.application))
            let missing = observed.applications.filter { declared.contains($0.slug) && !marked.contains($0.pk) }.map(
                \.pk
            )
            observed.marks += try await self.marks(missing, missingFrom: marks).compactMap(ObservedMark.init)
        }
        let own = observed.marks.filter { $0.remains.mayBelong(to: desired.owner) }
        if providers.isOneMoment { observed.providers = try await client.providers(of: providers) }
        if !providers.isOneMoment {
            let ownApplications = Set(own.map(\.application))
            var named = Set(own.flatMap(\.remains.allProviders))
            for application in observed.applications
            where (declared.contains(application.slug) || ownApplications.contains(application.pk))
                && application.mayHaveOAuth2Provider
            {
                if let provider = application.provider { named.insert(provider) }
            }
            observed.providers += try await self.providers(
                named.subtracting(providers.rows.map(\.pk)).sorted(),
                missingFrom: providers
            )
        }
        if let bindings, !bindings.isOneMoment {
            let seen = Set(bindings.rows.map(\.pk))
            let missing = own.filter { mark in mark.bound.contains { $0.binding.map { !seen.contains($0) } ?? false } }
            observed.access?.bindings += try await self.bindings(missing.map(\.application), missingFrom: bindings)
        }
    }

    /// - Returns: the marks that the list does not show.
    private func marks(
        _ applications: [String],
        missingFrom list: Listing<ApplicationEntitlement>
    ) async throws -> [ApplicationEntitlement] {
        let name = OwnershipMark.entitlementName
        guard applications.count <= list.pageCount else {
            return try await client.complete(list, named: name).new(in: list)
        }
        return try await client.inParallel(applications) { try await client.entitlement(named: name, application: $0) }
            .compactMap(\.self)
    }

    /// - Returns: the providers that the list does not show.
    private func providers(_ pks: [Int], missingFrom list: Listing<OAuth2Provider>) async throws -> [OAuth2Provider] {
        guard pks.count <= list.pageCount else { return try await client.complete(list).new(in: list) }
        return try await client.inParallel(pks) { try await client.provider(pk: $0) }.compactMap(\.self)
    }

    /// - Returns: the bindings that the list does not show.
    private func bindings(_ targets: [String], missingFrom list: Listing<PolicyBinding>) async throws -> [PolicyBinding]
    {
        guard targets.count <= list.pageCount else { return try await client.complete(list).new(in: list) }
        return try await client.inParallel(targets) { try await client.policyBindings(of: $0) }.flatMap(\.self)
            .new(in: list)
    }

    /// All groups, including those with these names that the list does not show.
    func groups(_ names: Set<String>) async throws -> [Group] {
        let list = try await client.listedGroups()
        guard list.isWhole else { return try await client.complete(list) }
        guard !list.isOneMoment else { return list.rows }
        let missing = names.subtracting(list.rows.map(\.name)).sorted()
        guard missing.count <= list.pageCount else { return try await client.complete(list) }
        return list.rows
            + (try await client.inParallel(missing) { try await client.groupWithoutMembers(named: $0) }.compactMap(
                \.self
            ))
    }
}

extension Application {
    /// Whether its provider can be on the list of OAuth2 providers; true if its type is unknown.
    fileprivate var mayHaveOAuth2Provider: Bool {
        providerSummary?.model.map { [OAuth2Provider.model, ProxyProvider.model].contains($0) } ?? true
    }
}

extension Array where Element: ListedObject {
    /// The elements that a list does not show.
    fileprivate func new(in list: Listing<Element>) -> [Element] {
        let seen = Set(list.rows.map(\.key))
        return filter { !seen.contains($0.key) }
    }
}
