import AuthentikAPI
import Base
import DesiredState
import Kinds

/// Finds the provider of each service that wants one.
///
/// | first that applies | its own provider |
/// |---|---|
/// | the mark names what may be a proxy provider | a conflict |
/// | the mark names one that exists and is of the kind, and another application keeps it, or an earlier service takes it | a conflict |
/// | the mark names one that exists and is of the kind | that one |
/// | the mark names one of the kind that it had before its login was changed, and nobody else has it | that one |
/// | the linked one, of the declared name or client id, is marked as another owner's | a conflict |
/// | one of another kind, which is not the service's former provider, has the declared name or client id | a conflict |
/// | there are several candidates | a conflict |
/// | there is one candidate | that one |
/// | there is no mark, and the linked one is of another type | a conflict |
/// | there is no mark, and the linked one is marked as another owner's | a conflict |
/// | there is no mark, and no other service declares the linked one, or has it in its mark | that one |
/// | otherwise | none yet |
///
/// The kind is that of the declared login: an OAuth2 provider or a proxy provider. The linked provider is that of the
/// service's application. Candidates are the linked one, if it has the declared name or client id, and the free ones
/// that have either. A provider is free if no application keeps it, no earlier service takes it, and no mark of another
/// owner's or another service's application names it. An earlier service precedes it by slug.
///
/// | the application that has a provider | keeps it |
/// |---|---|
/// | is deleted in this pass | no |
/// | is that of a service whose own provider is another or a new one, and that gets everything it needs | no |
/// | any other, or has it as a backchannel | yes |
///
/// | what a service needs | it gets it |
/// |---|---|
/// | its secret, flows, keys and scopes | if they can be resolved |
/// | a provider of its own | if that is not a conflict |
/// | something that exists without a mark | if ``AdoptionPolicy`` allows it |
/// | a name or client id that another provider has | if that one is deleted |
/// | the same | if that one belongs to a service that changes it, and that gets everything it needs |
///
/// A service does not take what ``AdoptionPolicy`` does not allow; if an application gives that up, or is deleted with
/// it, the service is planned as if there were none.
///
/// So what one service gets can depend on what another one gives up, which in turn needs something. What others depend
/// on is decided first, see ``Answers``; in a cycle, everything stays where it is.
struct ProviderMatcher {
    enum Match {
        case found(OAuth2Provider, isLinked: Bool)
        case none
        case conflict(String)
    }

    /// The decision on a service that needs a provider.
    struct Own {
        var match: Match
        /// The provider that it takes, if it is not linked to it already.
        var taken: (pk: Int, from: String?)?
        /// The names and client ids that its provider should get and that another one has.
        var takenNames: [TakenName] = []
    }

    /// The names and client ids of all services' providers.
    struct DeclaredNames {
        fileprivate var names: Set<ExactText> = []
        fileprivate var clientIDs: Set<ExactText> = []

        func contain(_ provider: OAuth2Provider) -> Bool {
            names.contains(provider.name.exact) || clientIDs.contains(provider.clientID.exact)
        }
    }

    let declaredNames: DeclaredNames
    private let observation: Observation
    /// In the order of the file; a service is identified by its index here.
    private let declarations: [Declaration]
    private let deletions: DeletionRules
    private let isTakenOver: (Declaration, Match, DeletionRules) -> Bool
    /// This owner's applications, by pk, that services with a provider have.
    private let claimed: Set<String>
    /// By an application's pk: the service that needs a provider for it.
    private let askersByApplication: [String: Int]
    /// By a provider's pk: the services that it may belong to.
    private let contenders: Lazy<[Int: [Int]]>
    /// The applications that are deleted, by pk.
    private let deleted: [String: Owned]
    /// The applications whose providers are deleted, with or without the application, by pk.
    private let stripped: [String: Owned]

    /// - Parameters:
    ///   - orphans: this owner's applications that no service declares.
    ///   - deletions: what may be deleted if no service takes it.
    ///   - isTakenOver: whether a service may have a provider, or a new one for an existing application.
    init(
        _ declarations: [Declaration],
        orphans: [OwnedApplication],
        _ observation: Observation,
        deletions: DeletionRules,
        isTakenOver: @escaping (Declaration, Match, DeletionRules) -> Bool
    ) {
        self.observation = observation
        self.declarations = declarations
        self.deletions = deletions
        self.isTakenOver = isTakenOver
        var declaredNames = DeclaredNames()
        var slugs: Set<String> = []
        var askersByApplication: [String: Int] = [:]
        for (index, declaration) in declarations.enumerated() {
            guard let login = declaration.service.login else { continue }
            declaredNames.names.insert(login.name.exact)
            if let clientID = login.clientID { declaredNames.clientIDs.insert(clientID.exact) }
            guard declaration.service.wantsProvider else { continue }
            slugs.insert(declaration.service.slug)
            slugs.formUnion(declaration.service.renamedFrom)
            guard declaration.wantsProvider, let application = declaration.claim.application else { continue }
            if askersByApplication[application.pk] == nil { askersByApplication[application.pk] = index }
        }
        let claimed = Set(
            observation.owned.lazy.filter { slugs.contains($0.application.slug) || slugs.contains($0.mark.slug) }
                .map(\.application.pk)
        )
        self.declaredNames = declaredNames
        self.claimed = claimed
        self.askersByApplication = askersByApplication
        contenders = Lazy {
            declarations.indices.reduce(into: [:]) { contenders, index in
                for pk in Self.candidates(of: declarations[index], observation, claimed: claimed) {
                    contenders[pk, default: []].append(index)
                }
            }
        }
        let givenUp = declarations.lazy.filter { !$0.wantsProvider }.compactMap { declaration -> Owned? in
            guard let application = declaration.claim.application, let mark = declaration.claim.mark else { return nil }
            return Owned(
                application: application,
                mark: mark,
                slug: declaration.service.slug,
                isDeleted: declaration.service.state == .absent
            )
        }
        let undeclared = orphans.lazy.map {
            Owned(application: $0.application, mark: $0.mark, slug: $0.application.slug, isDeleted: true)
        }
        let owned = Array(givenUp) + (deletions.isPruning ? Array(undeclared) : [])
        func byApplication(_ owned: [Owned]) -> [String: Owned] {
            Dictionary(owned.map { ($0.application.pk, $0) }, uniquingKeysWith: { first, _ in first })
        }
        let falling = owned.filter { $0.isDeleted && deletions.undetermined($0.mark) == nil }
        let bookmarks = deletions.isPruning ? owned.filter { !$0.isDeleted } : []
        deleted = deletions.isHeld ? [:] : byApplication(falling)
        stripped = deletions.isHeld ? [:] : byApplication(falling + bookmarks)
    }

    /// An application of this owner, and the slug of its plan.
    private struct Owned {
        var application: Application
        var mark: OwnershipMark
        var slug: String
        /// Whether the application itself is deleted, not only its provider.
        var isDeleted: Bool
    }

    /// The pks of the providers that may be a service's own; empty if it needs none.
    private static func candidates(
        of declaration: Declaration,
        _ observation: Observation,
        claimed: Set<String>
    ) -> [Int] {
        guard declaration.wantsProvider, let declared = declaration.service.login else { return [] }
        let claim = declaration.claim
        if let own = claim.mark?.provider, observation.kind(ofProvider: own) == declared.type { return [own] }
        if let former = observation.formerProvider(of: declared.type, claim) { return [former.pk] }
        var pks = [claim.application?.provider].compactMap(\.self)
        for named in observation.providers(named: declared) {
            guard named.kind == declared.type, !pks.contains(named.pk),
                !observation.isSpokenFor(named, besides: claim.application, claimed: claimed)
            else { continue }
            pks.append(named.pk)
        }
        return pks
    }

    /// The decisions on all services; nil for one that needs no provider.
    func owns() -> [Own?] {
        var answers = Answers(count: declarations.count)
        for index in declarations.indices where declarations[index].wantsProvider {
            answers.settle(.own(index), by: answer)
        }
        return answers.owns.enumerated().map { index, own in
            guard var own else { return nil }
            own.takenNames = takenNames(index, own.match)
            return own
        }
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
        let match = try match(index, answers)
        guard case .found(let provider, isLinked: false) = match else { return Own(match: match) }
        var from: String?
        if case .releases(let slug) = try holder(of: provider, answers) { from = slug }
        if !declarations[index].isResolved || isTakenOver(declarations[index], match, deletions) {
            return Own(match: match, taken: (provider.pk, from))
        }
        return Own(match: from != nil || deletions.falls(provider) ? .none : match)
    }

    private func match(_ index: Int, _ answers: Answers) throws(Answers.Missing) -> Match {
        guard let declared = declarations[index].login else { return .none }
        let claim = declarations[index].claim
        let application = claim.application
        let linked = application?.provider.flatMap(observation.provider(pk:))
        if let own = claim.mark?.provider.flatMap(observation.providerOfAnyKind(pk:)), own.kind == .undetermined {
            return .conflict("its provider '\(own.name)' \(own.proxyRemark)")
        }
        if let own = claim.mark?.provider.flatMap(observation.provider(pk:)), own.kind == declared.type {
            if own.pk == linked?.pk { return .found(own, isLinked: true) }
            if case .keeps(let other) = try holder(of: own, answers) {
                return .conflict("its provider '\(own.name)' is linked to the application '\(other)'; unlink it there")
            }
            if try isTaken(own, before: index, answers) {
                return .conflict(
                    "its provider '\(own.name)' also belongs to another service, by their ownership marks; correct one of them"
                )
            }
            return .found(own, isLinked: false)
        }
        if let former = observation.formerProvider(of: declared.type, claim) {
            return .found(former, isLinked: former.pk == linked?.pk)
        }

        var candidates: [OAuth2Provider] = []
        if let application, let linked, linked.kind == declared.type,
            linked.name.exact == declared.name.exact || linked.clientID.exact == declared.clientID?.exact
        {
            if let conflict = foreignMark(on: linked, of: application) { return conflict }
            candidates.append(linked)
        }
        for candidate in observation.providers(named: declared) {
            guard !candidates.contains(where: { $0.pk == candidate.pk }) else { continue }
            if candidate.kind != declared.type, candidate.pk != application?.provider, !isReplaced(candidate, index) {
                return .conflict("the provider '\(candidate.name)' \(candidate.proxyRemark); rename it")
            }
            if candidate.kind == declared.type, try isFree(candidate, for: index, answers) {
                candidates.append(candidate)
            }
        }
        if candidates.count > 1 {
            let list = candidates.map { "'\($0.name)' (pk \($0.pk), client id '\($0.clientID)')" }
            return .conflict("several providers could be its own: \(list.joined(separator: ", ")); keep one of them")
        }
        if let only = candidates.first { return .found(only, isLinked: only.pk == linked?.pk) }
        if claim.mark == nil, let application, application.provider != nil {
            return matchForeign(linked, of: application, declared.type)
        }
        return .none
    }

    /// Whether a provider is what a service had before its login was changed to another kind, so that it makes room.
    private func isReplaced(_ provider: OAuth2Provider, _ index: Int) -> Bool {
        let claim = declarations[index].claim
        guard let application = claim.application, let mark = claim.mark, let login = declarations[index].login else {
            return false
        }
        return deletions.replaced(by: login, mark, application).contains { $0.pk == provider.pk }
    }

    private func foreignMark(on linked: OAuth2Provider, of application: Application) -> Match? {
        guard let owner = observation.foreignOwner(of: linked, besides: application) else { return nil }
        return .conflict(
            "the application has the provider '\(linked.name)', which the owner '\(owner)' has marked; unlink it"
        )
    }

    /// What to do with the provider of an application that has no mark.
    private func matchForeign(
        _ linked: OAuth2Provider?,
        of application: Application,
        _ type: OAuth2Provider.ProviderType
    ) -> Match {
        guard let linked, linked.kind == type else {
            let other = application.provider.flatMap(observation.providerOfAnyKind(pk:))
            if let other, other.kind == .undetermined {
                return .conflict("the application's provider '\(other.name)' \(other.proxyRemark)")
            }
            let present = application.providerSummary?.typeName ?? "provider of another type"
            let wanted = type == .proxy ? "a proxy provider" : "an OAuth2 provider"
            let name = application.providerSummary?.name ?? "?"
            return .conflict("the application has the \(present) '\(name)'; unlink it so that \(wanted) can be created")
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
        let application = declarations[index].claim.application
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
    /// - Parameter index: only services before this one are considered.
    private func isTaken(
        _ provider: OAuth2Provider,
        before index: Int,
        _ answers: Answers
    ) throws(Answers.Missing) -> Bool {
        let taking = Match.found(provider, isLinked: false)
        guard let others = contenders.value[provider.pk], others.contains(where: { $0 < index }) else { return false }
        // A provider that an application keeps cannot be taken.
        if case .keeps = try holder(of: provider, answers) { return false }
        for other in others where other < index {
            // It does not take what it may not have, whatever else is decided about it.
            if declarations[other].isResolved, !isTakenOver(declarations[other], taking, deletions) { continue }
            // One that depends on this very question still takes precedence.
            guard let answer = try answers.own(other) else { return true }
            if answer.taken?.pk == provider.pk { return true }
        }
        return false
    }

    // MARK: - Who gives what up

    private enum Holder {
        case nobody
        /// An application that no longer has it once the plan of that slug is carried out.
        case releases(String)
        /// The slug of the application that keeps it.
        case keeps(String)
    }

    private func holder(of provider: OAuth2Provider, _ answers: Answers) throws(Answers.Missing) -> Holder {
        guard let slug = provider.applicationSlug else {
            return provider.backchannelApplicationSlug.map(Holder.keeps) ?? .nobody
        }
        guard let application = observation.application(slug: slug), application.provider == provider.pk,
            let plan = try unlinked(from: application, answers)
        else { return .keeps(slug) }
        return provider.backchannelApplicationSlug.map(Holder.keeps) ?? .releases(plan)
    }

    /// - Returns: the slug of the plan that takes the provider away from an application, or deletes the application;
    ///   nil for
    ///   none.
    private func unlinked(from application: Application, _ answers: Answers) throws(Answers.Missing) -> String? {
        if let owned = deleted[application.pk] { return owned.slug }
        guard let index = askersByApplication[application.pk], let answer = try answers.own(index) else {
            return nil
        }
        switch answer.match {
        case .conflict, .found(_, isLinked: true): return nil
        case .none, .found(_, isLinked: false):
            return try answers.isServed(index) ? declarations[index].service.slug : nil
        }
    }

    private func isServed(_ index: Int, _ answers: Answers) throws(Answers.Missing) -> Bool {
        guard declarations[index].isResolved, let answer = try answers.own(index) else { return false }
        if case .conflict = answer.match { return false }
        guard isTakenOver(declarations[index], answer.match, deletions) else { return false }
        for name in takenNames(index, answer.match) {
            guard try isGivenUp(name, answers) else { return false }
        }
        return true
    }

    private func takenNames(_ index: Int, _ match: Match) -> [TakenName] {
        var own: Int?
        switch match {
        case .conflict: return []
        case .found(let provider, _): own = provider.pk
        case .none: break
        }
        guard let declared = declarations[index].login else { return [] }
        var names: [TakenName] = []
        if let holder = observation.provider(name: declared.name, besides: own), !isReplaced(holder, index) {
            names.append(TakenName(field: OAuth2Provider.Row.name, value: declared.name, holder: holder))
        }
        if let clientID = declared.clientID, let holder = observation.provider(clientID: clientID, besides: own) {
            names.append(TakenName(field: OAuth2Provider.Row.clientID, value: clientID, holder: holder))
        }
        return names
    }

    private func isGivenUp(_ name: TakenName, _ answers: Answers) throws(Answers.Missing) -> Bool {
        let isDeleted = observation.applicationsMarked(provider: name.holder.pk).contains { pk in
            stripped[pk].map { deletions.provider(of: $0.mark, $0.application)?.pk == name.holder.pk } ?? false
        }
        if isDeleted, try !isTaken(name.holder, before: declarations.count, answers) { return true }
        for index in contenders.value[name.holder.pk] ?? [] {
            guard case .found(let own, _)? = try answers.own(index)?.match, own.pk == name.holder.pk else { continue }
            guard declarations[index].changes(name.field, of: own, observation.names.release) else { return false }
            return try answers.isServed(index)
        }
        return false
    }
}
