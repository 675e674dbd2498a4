package import Kinds

/// One write of a plan, and the steps that must come before it.
package struct Step: Sendable, Identifiable {
    package let id: ID
    package let effect: Effect
    /// The steps that must be done before; if one of them fails, this one is not attempted.
    package private(set) var after: Set<ID>

    package init(_ id: ID, _ effect: Effect, after: Set<ID> = []) {
        self.id = id
        self.effect = effect
        self.after = after
    }
}

extension Step {
    /// Identifies a step within a plan.
    package struct ID: Sendable, Hashable {
        /// The slug of its service; nil for a step that several services need.
        package let service: String?
        package let place: Place
        /// Distinguishes several steps at one place; empty if there is only one.
        package let name: String

        package init(service: String?, _ place: Place, name: String = "") {
            self.service = service
            self.place = place
            self.name = name
        }

        /// For a shared object.
        package init(ofShared object: SharedName) {
            self.init(service: nil, .shared, name: "the \(object.title)")
        }
    }

    /// The order in which one service is written: a step comes after those of all earlier places.
    ///
    /// | place | what is written | why it comes there |
    /// |---|---|---|
    /// | `shared` | a missing group or policy, or a scope mapping: objects that belong to no service | services may refer to it; a scope mapping is deleted after the providers that had it |
    /// | `claim` | the mark of an application that is adopted; without its provider, if that does not exist yet | if two owners find it at once, one is refused before it has created or overwritten anything |
    /// | `note` | a mark that records a restart or bindings that are about to be created | if the process ends in between, the next one does the restart and recognises the bindings as this program's |
    /// | `removal` | a provider that is not wanted is deleted | the mark is deleted with the application, and until then everything is still ours |
    /// | `yielding` | a provider that is replaced by one of another kind is renamed | its successor gets that name |
    /// | `rename` | an application that gets another slug, and no new provider | from the outside in: afterwards the service is found by its new slug |
    /// | `creation` | a new application that will be bound, with nothing to open | it cannot be bound before it exists |
    /// | `creationClaim` | the mark of such an application | if the process ends in between, what it leaves behind is known to be this program's |
    /// | `restriction` | mode `all`: from now on every binding must allow | a new binding would let in more people until then |
    /// | `policyGrant` | policies that decide who may open it are bound | in mode `all`, releases from 2025.8 to 2026.2 require all policies and any one of the groups and users, so policies must restrict first |
    /// | `grant` | groups and users that may open it are bound | before others are unbound, so that it is never without a binding |
    /// | `correction` | an existing binding is corrected | afterwards no other one is missing |
    /// | `revocation` | groups and users that may not open it are unbound | |
    /// | `policyRevocation` | policies that no longer decide are unbound | until then they still keep people out |
    /// | `opening` | mode `any`: from now on one binding is enough | an old binding would let in more people until then |
    /// | `provider` | the provider is created or changed | the application's link refers to it |
    /// | `application` | the application is created, changed, linked or deleted; a new one in one transaction with its provider | |
    /// | `secretPublication` | what is published, if it has the client secret and a restart follows | the workload reads it from there |
    /// | `restart` | the workload is restarted | the provider has the new secret |
    /// | `retirement` | a provider that was replaced is deleted | the application has its successor now |
    /// | `relocation` | another outpost serves the provider | before the previous one stops serving it |
    /// | `withdrawal` | an outpost no longer serves the provider | the mark names it until then |
    /// | `mark` | the mark records what is applied, and that nothing is pending; or it is removed | all of that is done |
    /// | `publication` | what is published, otherwise | clients are only given what exists |
    /// | `membership` | an outpost serves the provider | nothing depends on it, so that it can be one write for all services |
    /// | `federation` | whose tokens the provider accepts, if one of those providers is created in the same pass | all of them exist by then; two may name each other |
    ///
    /// Between services, the one that gives something up comes before the one that takes it: see ``WriteOrder``.
    package enum Place: Int, Sendable, Comparable, CaseIterable {
        case shared, claim, note, removal, yielding, rename
        case creation, creationClaim, restriction, policyGrant, grant, correction, revocation, policyRevocation, opening
        case provider, application, secretPublication, restart, retirement, relocation, withdrawal, mark, publication
        case federation, membership

        package static func < (left: Place, right: Place) -> Bool { left.rawValue < right.rawValue }
    }
}

/// An object, or another value created by Authentik or this program, that may not exist yet.
package enum Ref<Value: Sendable & Equatable>: Sendable, Equatable {
    case existing(Value)
    /// The result of a previous step.
    case made(by: Step.ID)

    /// Nil if it does not exist yet.
    package var existing: Value? { if case .existing(let value) = self { value } else { nil } }
    /// Nil if it exists.
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
    /// - Parameter needs: steps of other services, or of shared objects, that must come before it.
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

    /// Makes the service wait for the steps that create or change the shared objects it uses.
    ///
    /// - Parameter shared: the steps of the shared objects.
    mutating func wait(forShared shared: [SharedName: Step.ID]) {
        let needs = steps.map { $0.effect.sharedReferences.compactMap { shared[$0] } }
        guard needs.contains(where: { !$0.isEmpty }) else { return }
        steps = zip(steps, needs).map { Step($0.id, $0.effect, after: $0.after.union($1)) }
        wait(for: Set(needs.joined()))
    }

    /// Makes the service wait for steps of others: none of its steps begins before they are done.
    mutating func wait(for others: Set<Step.ID>) {
        guard let first = steps.first?.id.place else { return }
        steps = steps.map { step in
            step.id.place == first ? Step(step.id, step.effect, after: step.after.union(others)) : step
        }
    }

    /// Replaces its steps by others, ordered by their places; the steps of others that it waits for stay.
    mutating func replaceSteps(by others: [Step]) {
        let foreign = Set(steps.flatMap(\.after).filter { $0.service != slug })
        steps = Step.chained(others, of: slug)
        wait(for: foreign.subtracting(steps.flatMap(\.after)))
    }

    /// The ID of its step at a place.
    func id(_ place: Step.Place) -> Step.ID { Step.ID(service: slug, place) }

    /// The slugs of the services that have to give something up for it first, sorted.
    package var comesAfter: [String] {
        Set(steps.flatMap(\.after).compactMap(\.service)).subtracting([slug]).sorted()
    }
}

extension Step {
    /// Makes the steps of a service come after each other, place by place.
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
