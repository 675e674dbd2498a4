package import Base
import DesiredState
package import Kinds

/// Whether people can reach a service with forward-auth once its plan is carried out.
///
/// | its outpost | serves its provider | was seen recently | state |
/// |---|---|---|---|
/// | does not exist, or is of another type | – | – | not in outpost |
/// | exists | no, and the plan is blocked or waiting and does not change that | any | not in outpost |
/// | exists | yes, or once the plan is carried out | no | outpost not seen |
/// | exists | the same | was not or could not be read | unknown |
/// | exists | the same | yes | served |
///
/// A conflict has no state, because the owner of the provider is not decided.
package struct ServingStanding: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case served
        case notInOutpost = "not-in-outpost"
        case outpostNotSeen = "outpost-not-seen"
        case unknown
    }

    package var state: State
    /// The outpost's name.
    package var outpost: String
    /// When an instance of it was last seen; nil for never, or if unknown.
    package var lastSeen: Timestamp?
    /// Why it is not served, or not known to be: a clause; nil if it is served.
    package var complaint: String?

    package init(_ state: State, outpost: String, lastSeen: Timestamp? = nil, complaint: String? = nil) {
        self.state = state
        self.outpost = outpost
        self.lastSeen = lastSeen
        self.complaint = complaint
    }

    /// For a service that its outpost serves.
    package init(servedBy outpost: Outpost) {
        let name = outpost.name
        switch outpost.health {
        case .seen(let time): self.init(.served, outpost: name, lastSeen: time)
        case .notSeen(let since):
            self.init(.outpostNotSeen, outpost: name, lastSeen: since, complaint: outpost.absence)
        case .unknown(let reason):
            self.init(.unknown, outpost: name, complaint: "whether the outpost '\(name)' runs is not known: \(reason)")
        }
    }

    /// The same state for a service that its outpost does not serve.
    package var withoutMembership: ServingStanding {
        let complaint = "the outpost '\(outpost)' does not serve it"
        return ServingStanding(.notInOutpost, outpost: outpost, lastSeen: lastSeen, complaint: complaint)
    }
}

extension Outpost {
    /// Since when it has not been seen: a clause; nil if it was seen recently, or if unknown.
    package var absence: String? {
        guard case .notSeen(let since) = health else { return nil }
        guard let since else { return "no instance of the outpost '\(name)' has connected to Authentik" }
        return "the outpost '\(name)' was last seen at \(since)"
    }
}

extension ServiceDraft {
    /// Nil for a service without forward-auth, and if it is not decided.
    func serving(_ plan: ServicePlan, _ names: NameIndex) -> ServingStanding? {
        guard let forwardAuth = service.forwardAuth, plan.decision != .conflict else { return nil }
        let outpost: Outpost
        do throws(LookUpError) {
            outpost = try names.outposts.named(forwardAuth.outpost)
        } catch {
            return ServingStanding(.notInOutpost, outpost: forwardAuth.outpost, complaint: error.description)
        }
        let standing = ServingStanding(servedBy: outpost)
        guard plan.decision.isStuck else { return standing }
        return mark?.provider.map(outpost.providers.contains) == true ? standing : standing.withoutMembership
    }
}
