import AuthentikAPI
import Base
import DesiredState

/// Finds the provider that is a service's own, for all services that want one.
///
/// | first that applies | its own provider |
/// |---|---|
/// | the mark names what may be a proxy provider | a conflict |
/// | the mark names one that exists, and another application keeps it, or an earlier service takes it | a conflict |
/// | the mark names one that exists | that one |
/// | the linked one, of the declared name or client id, is marked as another owner's | a conflict |
/// | a proxy provider, or what may be one, has the declared name or client id | a conflict |
/// | there are several candidates | a conflict |
/// | there is one candidate | that one |
/// | there is no mark, and the linked one is of another type | a conflict |
/// | there is no mark, and the linked one is marked as another owner's | a conflict |
/// | there is no mark, and no other service declares the linked one, or has it in its mark | that one |
/// | otherwise | none yet |
///
/// Linked is the provider of the service's application. Candidates are the linked one, if it has the declared name or client
/// id, and the free ones that have them. Free is a provider that no application keeps, that no earlier service takes, and
/// that no mark names of another owner's application, or of another service's. An earlier service is one before it by slug.
///
/// | the application that has a provider | keeps it |
/// |---|---|
/// | is deleted in this pass | no |
/// | is that of a service whose own provider is another one, or a new one, and that gets all it needs | no |
/// | any other, or has it as a backchannel | yes |
///
/// | what a service needs | it gets it |
/// |---|---|
/// | its secret, flows, keys and scopes | if they can be resolved |
/// | a provider of its own | if that is no conflict |
/// | what is there without a mark | as far as ``AdoptionPolicy`` lets it |
/// | a name or client id that another provider has | if that one is deleted |
/// | the same | if that one is the own of a service that changes it, and gets all it needs |
///
/// What ``AdoptionPolicy`` does not let a service have it does not take; if an application lets go of that, or falls with it,
/// the service plans as if there were none.
///
/// So what one service gets can depend on what another one gives up, which needs something itself. What the others depend
/// on is decided first, see ``Answers``; what depends on itself, in a circle, stays where it is.
struct ProviderMatcher {
    enum Match {
        case found(OAuth2Provider, isLinked: Bool)
        case none
        case conflict(String)
    }

    /// A service that wants a provider.
    struct Claimant {
        let service: Service
        let declared: Provider
        let claim: Claim
        /// Whether its secret, flows, keys and scopes are known.
        let isResolved: Bool
    }

    /// What is decided of a claimant.
    struct Own {
        var match: Match
        /// The provider that it takes, of those that are not linked to it.
        var taken: (pk: Int, from: String?)?
        /// What its provider is to get, and another one has.
        var takenNames: [TakenName] = []
    }

    /// The names and client ids of all services' providers.
    struct DeclaredNames {
        fileprivate var names: Set<ExactText>
        fileprivate var clientIDs: Set<ExactText>

        func contain(_ provider: OAuth2Provider) -> Bool {
            names.contains(provider.name.exact) || clientIDs.contains(provider.clientID.exact)
        }
    }

    let declaredNames: DeclaredNames
    private let observation: Observation
    /// In the order of the file.
    private let claimants: [Claimant]
    private let deletions: DeletionRules
    private let isTakenOver: (Claimant, Match, DeletionRules) -> Bool
    /// This owner's applications, by pk, that services with a provider have.
    private let claimed: Set<String>
    /// Who has an application, by its pk.
    private let claimantsByApplication: [String: Int]
    /// Whose own a provider can be, by its pk.
    private let contenders: [Int: [Int]]
    /// The applications that are deleted, by pk.
    private let deleted: [String: Owned]
    /// The applications whose own providers are deleted, with them or without, by pk.
    private let stripped: [String: Owned]

    /// - Parameters:
    ///   - claims: the applications of all services, by their slugs.
    ///   - orphans: this owner's applications that are no service's.
    ///   - isResolved: whether all that a service's provider names is known, by the service's slug.
    ///   - deletions: what may be deleted if no service takes it.
    ///   - isTakenOver: whether a service may have a provider, or a new one for an application that is there.
    init(
        _ desired: DesiredState,
        _ observation: Observation,
        claims: [String: Claim],
        orphans: [(application: Application, mark: OwnershipMark)],
        isResolved: (String) -> Bool,
        deletions: DeletionRules,
        isTakenOver: @escaping (Claimant, Match, DeletionRules) -> Bool
    ) {
        self.observation = observation
        self.deletions = deletions
        self.isTakenOver = isTakenOver
        declaredNames = DeclaredNames(
            names: Set(desired.services.compactMap { $0.provider?.name.exact }),
            clientIDs: Set(desired.services.compactMap { $0.provider?.clientID.exact })
        )
        let slugs = Set(desired.services.filter(\.wantsProvider).flatMap { [$0.slug] + $0.renamedFrom })
        let claimed = Set(
            observation.owned.filter { slugs.contains($0.application.slug) || slugs.contains($0.mark.slug) }
                .map(\.application.pk)
        )
        self.claimed = claimed
        let claimants = desired.services.filter(\.wantsProvider).compactMap { service -> Claimant? in
            guard let declared = service.provider, let claim = claims[service.slug], claim.conflict == nil else {
                return nil
            }
            return Claimant(service: service, declared: declared, claim: claim, isResolved: isResolved(service.slug))
        }
        self.claimants = claimants
        claimantsByApplication = Dictionary(
            claimants.indices.compactMap { index in claimants[index].claim.application.map { ($0.pk, index) } },
            uniquingKeysWith: { first, _ in first }
        )
        contenders = claimants.indices.reduce(into: [:]) { contenders, index in
            for pk in Self.candidates(of: claimants[index], observation, claimed: claimed) {
                contenders[pk, default: []].append(index)
            }
        }
        func ours(_ services: [Service]) -> [Owned] {
            services.compactMap { service in
                guard let claim = claims[service.slug], let application = claim.application, let mark = claim.mark
                else {
                    return nil
                }
                return Owned(application: application, mark: mark, slug: service.slug)
            }
        }
        let undeclared = orphans.map { Owned(application: $0.application, mark: $0.mark, slug: $0.application.slug) }
        let falling = (ours(desired.services.filter { $0.state == .absent }) + (desired.prune ? undeclared : []))
            .filter { deletions.undetermined($0.mark) == nil }
        let bookmarks = ours(desired.services.filter { $0.state == .present && $0.provider == nil })
        func byApplication(_ owned: [Owned]) -> [String: Owned] {
            Dictionary(owned.map { ($0.application.pk, $0) }, uniquingKeysWith: { first, _ in first })
        }
        deleted = deletions.isHeld ? [:] : byApplication(falling)
        stripped = deletions.isHeld ? [:] : byApplication(falling + (desired.prune ? bookmarks : []))
    }

    /// An application of this owner's, and the slug of its plan.
    private struct Owned {
        var application: Application
        var mark: OwnershipMark
        var slug: String
    }

    /// The pks of the providers that can be a claimant's own.
    private static func candidates(
        of claimant: Claimant,
        _ observation: Observation,
        claimed: Set<String>
    ) -> Set<Int> {
        let claim = claimant.claim
        if let own = claim.mark?.provider, observation.provider(pk: own) != nil { return [own] }
        let named = [
            observation.provider(name: claimant.declared.name),
            observation.provider(clientID: claimant.declared.clientID),
        ].compactMap(\.self).filter {
            $0.kind == .oauth2 && !observation.isSpokenFor($0, besides: claim.application, claimed: claimed)
        }
        return Set(named.map(\.pk) + [claim.application?.provider].compactMap(\.self))
    }

    /// What is decided of every claimant, by slug.
    func owns() -> [String: Own] {
        var answers = Answers(count: claimants.count)
        for index in claimants.indices { answers.settle(.own(index), by: answer) }
        return Dictionary(
            zip(claimants, answers.owns).compactMap { claimant, own in
                own.map { own in
                    var own = own
                    own.takenNames = takenNames(claimant, own.match)
                    return (claimant.service.slug, own)
                }
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private func answer(_ question: Answers.Question, _ answers: inout Answers) throws(Answers.Missing) {
        switch question {
        case .own(let index):
            let own = try own(index, answers)
            answers.owns[index] = own
        case .isServed(let index):
            let isServed = try isServed(index, answers)
            answers.areServed[index] = isServed
        }
    }

    // MARK: - Whose own a provider is

    private func own(_ index: Int, _ answers: Answers) throws(Answers.Missing) -> Own {
        let claimant = claimants[index]
        let match = try match(index, answers)
        guard case .found(let provider, isLinked: false) = match else { return Own(match: match) }
        var from: String?
        if case .letsGo(let slug) = try holder(of: provider, answers) { from = slug }
        if !claimant.isResolved || isTakenOver(claimant, match, deletions) {
            return Own(match: match, taken: (provider.pk, from))
        }
        return Own(match: from != nil || deletions.falls(provider) ? .none : match)
    }

    private func match(_ index: Int, _ answers: Answers) throws(Answers.Missing) -> Match {
        let (declared, claim) = (claimants[index].declared, claimants[index].claim)
        let application = claim.application
        let linked = application?.provider.flatMap(observation.provider(pk:))
        if let own = claim.mark?.provider.flatMap(observation.providerOfAnyKind(pk:)), own.kind == .undetermined {
            return .conflict("its provider '\(own.name)' \(own.proxyRemark)")
        }
        if let own = claim.mark?.provider.flatMap(observation.provider(pk:)) {
            if own.pk == linked?.pk { return .found(own, isLinked: true) }
            if case .keeps(let other) = try holder(of: own, answers) {
                return .conflict("its provider '\(own.name)' is linked to the application '\(other)'; unlink it there")
            }
            if try isTaken(own, before: index, answers) {
                return .conflict(
                    "its provider '\(own.name)' is another service's too, by the marks; correct one of them"
                )
            }
            return .found(own, isLinked: false)
        }

        var candidates: [OAuth2Provider] = []
        if let application, let linked,
            linked.name.exact == declared.name.exact || linked.clientID.exact == declared.clientID.exact
        {
            if let conflict = foreignMark(on: linked, of: application) { return conflict }
            candidates.append(linked)
        }
        for candidate in [observation.provider(name: declared.name), observation.provider(clientID: declared.clientID)]
        {
            guard let candidate, !candidates.contains(where: { $0.pk == candidate.pk }) else { continue }
            if candidate.kind != .oauth2, candidate.pk != application?.provider {
                return .conflict("the provider '\(candidate.name)' \(candidate.proxyRemark); rename it")
            }
            if candidate.kind == .oauth2, try isFree(candidate, for: index, answers) { candidates.append(candidate) }
        }
        if candidates.count > 1 {
            let list = candidates.map { "'\($0.name)' (pk \($0.pk), client id '\($0.clientID)')" }
            return .conflict("several providers could be its own: \(list.joined(separator: ", ")); keep one of them")
        }
        if let only = candidates.first { return .found(only, isLinked: only.pk == linked?.pk) }
        if claim.mark == nil, let application, application.provider != nil {
            return matchForeign(linked, of: application)
        }
        return .none
    }

    private func foreignMark(on linked: OAuth2Provider, of application: Application) -> Match? {
        guard let owner = observation.foreignOwner(of: linked, besides: application) else { return nil }
        return .conflict(
            "the application has the provider '\(linked.name)', which is marked as the owner '\(owner)''s; unlink it"
        )
    }

    /// What to do with the provider that an application without a mark came with.
    private func matchForeign(_ linked: OAuth2Provider?, of application: Application) -> Match {
        guard let linked else {
            let other = application.provider.flatMap(observation.providerOfAnyKind(pk:))
            if let other, other.kind == .undetermined {
                return .conflict("the application's provider '\(other.name)' \(other.proxyRemark)")
            }
            let type = application.providerSummary?.typeName ?? "provider of another type"
            let name = application.providerSummary?.name ?? "?"
            return .conflict("the application has the \(type) '\(name)'; unlink it to have an OAuth2 provider made")
        }
        if let conflict = foreignMark(on: linked, of: application) { return conflict }
        let isDeclaredElsewhere = isSpokenFor(linked, application) || declaredNames.contain(linked)
        return isDeclaredElsewhere ? .none : .found(linked, isLinked: true)
    }

    private func isFree(
        _ provider: OAuth2Provider,
        for index: Int,
        _ answers: Answers
    ) throws(Answers.Missing) -> Bool {
        let application = claimants[index].claim.application
        guard !isSpokenFor(provider, application) else { return false }
        // That of its own application is linked already, or has neither the declared name nor the client id.
        if let application, provider.applicationSlug == application.slug { return false }
        if case .keeps = try holder(of: provider, answers) { return false }
        return try !isTaken(provider, before: index, answers)
    }

    private func isSpokenFor(_ provider: OAuth2Provider, _ application: Application?) -> Bool {
        observation.isSpokenFor(provider, besides: application, claimed: claimed)
    }

    /// Whether a service takes a provider that is not linked to it.
    ///
    /// - Parameter index: only services before this one are asked.
    private func isTaken(
        _ provider: OAuth2Provider,
        before index: Int,
        _ answers: Answers
    ) throws(Answers.Missing) -> Bool {
        let taking = Match.found(provider, isLinked: false)
        for other in contenders[provider.pk] ?? [] where other < index {
            // What it may not have it does not take, whatever else is decided of it.
            if claimants[other].isResolved, !isTakenOver(claimants[other], taking, deletions) { continue }
            // One that depends on this very question comes first all the same.
            guard let answer = try answers.own(other) else { return true }
            if answer.taken?.pk == provider.pk { return true }
        }
        return false
    }

    // MARK: - Who gives what up

    private enum Holder {
        case nobody
        /// An application that does not have it any more once the plan of that slug is carried out.
        case letsGo(String)
        /// The slug of the application.
        case keeps(String)
    }

    private func holder(of provider: OAuth2Provider, _ answers: Answers) throws(Answers.Missing) -> Holder {
        guard let slug = provider.applicationSlug else {
            return provider.backchannelApplicationSlug.map(Holder.keeps) ?? .nobody
        }
        guard let application = observation.application(slug: slug), application.provider == provider.pk,
            let plan = try unlinked(from: application, answers)
        else { return .keeps(slug) }
        return provider.backchannelApplicationSlug.map(Holder.keeps) ?? .letsGo(plan)
    }

    /// - Returns: the slug of the plan that takes an application's provider away, or the application itself; nil for none.
    private func unlinked(from application: Application, _ answers: Answers) throws(Answers.Missing) -> String? {
        if let owned = deleted[application.pk] { return owned.slug }
        guard let index = claimantsByApplication[application.pk], let answer = try answers.own(index) else {
            return nil
        }
        switch answer.match {
        case .conflict, .found(_, isLinked: true): return nil
        case .none, .found(_, isLinked: false):
            return try answers.isServed(index) ? claimants[index].service.slug : nil
        }
    }

    private func isServed(_ index: Int, _ answers: Answers) throws(Answers.Missing) -> Bool {
        let claimant = claimants[index]
        guard claimant.isResolved, let answer = try answers.own(index) else { return false }
        if case .conflict = answer.match { return false }
        guard isTakenOver(claimant, answer.match, deletions) else { return false }
        for name in takenNames(claimant, answer.match) {
            guard try isGivenUp(name, answers) else { return false }
        }
        return true
    }

    private func takenNames(_ claimant: Claimant, _ match: Match) -> [TakenName] {
        var own: Int?
        switch match {
        case .conflict: return []
        case .found(let provider, _): own = provider.pk
        case .none: break
        }
        let declared = claimant.declared
        return [
            (ProviderField.name, declared.name, observation.provider(name: declared.name)),
            (ProviderField.clientID, declared.clientID, observation.provider(clientID: declared.clientID)),
        ].compactMap { field, value, holder in
            guard let holder, holder.pk != own else { return nil }
            return TakenName(field: field, value: value, holder: holder)
        }
    }

    private func isGivenUp(_ name: TakenName, _ answers: Answers) throws(Answers.Missing) -> Bool {
        let isDeleted = observation.applicationsMarked(provider: name.holder.pk).contains { pk in
            stripped[pk].map { deletions.provider(of: $0.mark, $0.application)?.pk == name.holder.pk } ?? false
        }
        if isDeleted, try !isTaken(name.holder, before: claimants.count, answers) { return true }
        for index in contenders[name.holder.pk] ?? [] {
            guard case .found(let own, _)? = try answers.own(index)?.match, own.pk == name.holder.pk else { continue }
            guard claimants[index].changes(name.field, of: own, observation.names.release) else { return false }
            return try answers.isServed(index)
        }
        return false
    }
}

extension Observation {
    /// Whether the mark of another application that stays names a provider: another owner's, or another service's.
    ///
    /// - Parameter claimed: this owner's applications, by pk, that services with a provider have.
    fileprivate func isSpokenFor(
        _ provider: OAuth2Provider,
        besides application: Application?,
        claimed: Set<String>
    ) -> Bool {
        applicationsMarked(provider: provider.pk).contains { pk in
            pk != application?.pk && (!isOwned(application: pk) || claimed.contains(pk))
        }
    }
}

extension ProviderMatcher.Claimant {
    /// Whether it gives its own provider another name, or client id; what Authentik does not keep is not sent.
    fileprivate func changes(_ field: ProviderField, of own: OAuth2Provider, _ release: Release) -> Bool {
        let (before, after) =
            field == .name
            ? (FieldValue.text(own.name), FieldValue.text(declared.name))
            : (.text(own.clientID), .text(declared.clientID))
        guard !after.means(before) else { return false }
        let change = FieldChange(object: .provider, field: field.rawValue, before: before, after: after)
        return claim.mark?.unkept?.values(of: change, release) == nil
    }
}

extension Service {
    /// Whether it is to be there, with a provider.
    var wantsProvider: Bool { state == .present && provider != nil }
}
