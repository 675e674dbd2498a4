import AuthentikAPI
import DesiredState

/// The application that is a service's.
///
/// | first that applies | its application |
/// |---|---|
/// | one has its slug, and another a former one | a conflict |
/// | one has a former slug | that one |
/// | one has its slug | that one |
/// | the mark of one whose slug no service has, or what is left of that mark, has its slug or a former one | that one |
/// | otherwise | none |
///
/// A mark on it that is not this owner's, or cannot be read, makes a conflict of it; so does a mark for this service on an
/// application that was not seen.
struct Claim {
    /// Nil if there is none.
    var application: Application?
    /// What carries the application's mark.
    var entitlement: ObservedMark?
    /// The application's mark, if it is this owner's.
    var mark: OwnershipMark?
    /// Why the service is left alone: a clause; nil if it is not.
    var conflict: String?
}

extension Observation {
    /// Looks for a service's application.
    ///
    /// - Parameter declared: the slugs of all services.
    func claim(of service: Service, declared: Set<String>) -> Claim {
        var claim = Claim()
        let slugs = [service.slug] + service.renamedFrom
        let current = application(slug: service.slug)
        if let former = service.renamedFrom.lazy.compactMap(application(slug:)).first {
            guard current == nil else {
                claim.conflict =
                    "both it and '\(former.slug)', which it was renamed from, are there; delete one, or take renamedFrom out"
                return claim
            }
            claim.application = former
        } else {
            claim.application =
                current ?? slugs.lazy.compactMap { renamedApplication(of: $0, declared: declared) }.first
        }
        guard let application = claim.application else {
            if slugs.contains(where: isMarkedOutOfSight) {
                claim.conflict =
                    "its application is there under another slug, which this account cannot see; rename it back"
            }
            return claim
        }
        claim.entitlement = mark(of: application)
        switch claim.entitlement?.reading {
        case .mark(let mark) where mark.owner == owner: claim.mark = mark
        case .mark(let mark):
            claim.conflict =
                "belongs to the owner '\(mark.owner)'; take it out of one of the two files, or have that owner run "
                + "'reconcile release'"
        case .newer(let version, let owner): claim.conflict = OwnershipMark.newer(version, owner)
        case .unreadable(let remains): claim.conflict = remains.reason
        case nil: break
        }
        return claim
    }
}

/// A declared service, and what is known of it before anything is decided.
struct Declaration {
    let service: Service
    let claim: Claim
    /// What came of looking up all that its provider names; nil if it wants none.
    let resolution: Resolution?

    /// The provider that it asks for: it wants one, and is not stuck before that.
    var provider: Provider? { claim.conflict == nil && service.state == .present ? service.provider : nil }
    var wantsProvider: Bool { claim.conflict == nil && service.wantsProvider }
    var isResolved: Bool { if case .resolved? = resolution { true } else { false } }
}

extension Service {
    /// Whether it is to be there, with a provider.
    var wantsProvider: Bool { state == .present && provider != nil }
}
