package import Kinds

/// One write of a plan, and the steps that it comes after.
package struct Step: Sendable, Identifiable {
    package let id: ID
    package let effect: Effect
    /// The steps that have to be done before: if one of them fails, this one is not attempted.
    package private(set) var after: Set<ID>

    package init(_ id: ID, _ effect: Effect, after: Set<ID> = []) {
        self.id = id
        self.effect = effect
        self.after = after
    }
}

extension Step {
    /// Names a step within a plan.
    package struct ID: Sendable, Hashable {
        /// The slug of the service that it is of; nil for one that several services need.
        package let service: String?
        package let place: Place
        /// Tells several of one place apart; empty for the only one.
        package let name: String

        package init(service: String?, _ place: Place, name: String = "") {
            self.service = service
            self.place = place
            self.name = name
        }

        /// Of what is no service's.
        package init(ofShared object: SharedName) {
            self.init(service: nil, .shared, name: "the \(object.title)")
        }
    }

    /// The order in which one service is written: a step comes after those of all places before its own.
    ///
    /// | place | what is written | why it stands there |
    /// |---|---|---|
    /// | `shared` | a group or policy that is missing, or a scope mapping, which are no service's | services may name it; a scope mapping is deleted after the providers that had it |
    /// | `claim` | the mark of an application that is adopted; without its provider, if that is still to be made | of two owners who find it at once, one is refused before it has made or overwritten anything |
    /// | `note` | a mark that tells of a restart or of bindings which are about to be made | a process that ends in between leaves the restart to the next one, which knows the bindings as this program's |
    /// | `removal` | a provider that is not wanted is deleted | the mark falls with the application, and until then all of it is still ours |
    /// | `yielding` | a provider that is replaced by one of another kind gets another name | its successor has that name |
    /// | `rename` | an application that gets another slug, and no new provider | from the outside in: by then the service is found by its new slug |
    /// | `creation` | a new application that is to be bound, with nothing to open | it cannot be bound before it is there |
    /// | `creationClaim` | the mark of such an application | what a process that ends in between leaves behind is known as this program's |
    /// | `restriction` | from now on all bindings have to let in | a new one would let in more until then |
    /// | `policyGrant` | policies that decide who may open it are bound | releases from 2025.8 to 2026.2 ask all policies and any one of the groups and users where all have to let in: of what is bound first the policies restrict |
    /// | `grant` | groups and users that may open it are bound | before anybody is unbound, so that it is never without a binding |
    /// | `correction` | a binding that is there is made right | by then no other one is missing |
    /// | `revocation` | groups and users that may not open it are unbound | |
    /// | `policyRevocation` | policies that do not decide any more are unbound | until then they keep out whom they kept out |
    /// | `opening` | from now on any binding lets in | an old one would let in more until then |
    /// | `provider` | the provider is made or changed | the application's link names it |
    /// | `application` | the application is made, changed, linked or deleted; a new one in one transaction with its provider | |
    /// | `secretPublication` | what is published, if it has the client secret and a restart follows | the workload reads it from there |
    /// | `restart` | the workload is restarted | the provider has the new secret |
    /// | `retirement` | a provider that was replaced is deleted | by now the application has its successor |
    /// | `relocation` | another outpost serves the provider | before the one before does so no longer |
    /// | `withdrawal` | an outpost serves the provider no longer | the mark names it until then |
    /// | `mark` | the mark says what is applied, and that nothing is pending; or it is taken off | all of that is done |
    /// | `publication` | what is published, otherwise | clients are told of what is there |
    /// | `membership` | an outpost serves the provider | nothing waits for it, so that it can be one write for all services |
    /// | `federation` | whose tokens the provider takes, if one of theirs is made in the same pass | that is there by then; two may name each other |
    ///
    /// Between services, who gives something up comes before who takes it: see ``WriteOrder``.
    package enum Place: Int, Sendable, Comparable, CaseIterable {
        case shared, claim, note, removal, yielding, rename
        case creation, creationClaim, restriction, policyGrant, grant, correction, revocation, policyRevocation, opening
        case provider, application, secretPublication, restart, retirement, relocation, withdrawal, mark, publication
        case federation, membership

        package static func < (left: Place, right: Place) -> Bool { left.rawValue < right.rawValue }
    }
}

/// An object, or another value of Authentik's or this program's making, that may not be there yet.
package enum Ref<Value: Sendable & Equatable>: Sendable, Equatable {
    case existing(Value)
    /// What a step makes that is done before.
    case made(by: Step.ID)

    /// Nil if it is not there yet.
    package var existing: Value? { if case .existing(let value) = self { value } else { nil } }
    /// Nil if it is there.
    package var maker: Step.ID? { if case .made(let step) = self { step } else { nil } }
}

extension Ref {
    package func map<Other: Sendable & Equatable>(_ transform: (Value) -> Other) -> Ref<Other> {
        switch self {
        case .existing(let value): .existing(transform(value))
        case .made(let step): .made(by: step)
        }
    }
}

extension ServicePlan {
    /// Adds a step at its place.
    ///
    /// - Parameter needs: steps of other services, or of none, that come before it.
    package mutating func add(
        _ place: Step.Place,
        _ effect: Effect,
        named name: String = "",
        after needs: Set<Step.ID> = []
    ) {
        let step = Step(Step.ID(service: slug, place, name: name), effect, after: needs)
        let before = steps.prefix { $0.id.place <= place }
        steps = Step.chained(before + [step] + steps.dropFirst(before.count), of: slug)
    }

    /// Makes the service wait for the steps that make, or change, what it is to have.
    ///
    /// - Parameter shared: those of what is no service's.
    mutating func wait(forShared shared: [SharedName: Step.ID]) {
        let needs = steps.map { $0.effect.sharedReferences.compactMap { shared[$0] } }
        guard needs.contains(where: { !$0.isEmpty }) else { return }
        steps = zip(steps, needs).map { Step($0.id, $0.effect, after: $0.after.union($1)) }
        wait(for: Set(needs.joined()))
    }

    /// Makes the service wait for steps of others: nothing of it is begun before they are done.
    mutating func wait(for others: Set<Step.ID>) {
        guard let first = steps.first?.id.place else { return }
        steps = steps.map { step in
            step.id.place == first ? Step(step.id, step.effect, after: step.after.union(others)) : step
        }
    }

    /// Replaces its steps by others, ordered by their places; what it waits for of others stays.
    mutating func replaceSteps(by others: [Step]) {
        let foreign = Set(steps.flatMap(\.after).filter { $0.service != slug })
        steps = Step.chained(others, of: slug)
        wait(for: foreign.subtracting(steps.flatMap(\.after)))
    }

    /// The name of its step at a place.
    func id(_ place: Step.Place) -> Step.ID { Step.ID(service: slug, place) }

    /// The slugs of the services that have to give something up for it first, sorted.
    package var comesAfter: [String] {
        Set(steps.flatMap(\.after).compactMap(\.service)).subtracting([slug]).sorted()
    }
}

extension Step {
    /// Lets the steps of a service come after each other, place by place.
    ///
    /// - Parameter steps: ordered by their places.
    fileprivate static func chained(_ steps: [Step], of slug: String) -> [Step] {
        var previous: Set<ID> = []
        var present: Set<ID> = []
        var place: Place?
        return steps.map { step in
            if step.id.place != place { (previous, present, place) = (present, [], step.id.place) }
            present.insert(step.id)
            return Step(step.id, step.effect, after: step.after.filter { $0.service != slug }.union(previous))
        }
    }
}
