import AuthentikAPI
import Kinds

/// Orders the service that takes something after the one that gives it up, so that no provider is given what another
/// one still has: its name, its client id, or its application's place.
///
/// | it belongs to | the service that takes it |
/// |---|---|
/// | a service that gives it up in this pass, or is deleted in it | begins after the step that does so |
/// | the same, but that one waits for this one | a conflict, for both |
/// | anybody else | a conflict |
struct WriteOrder {
    private var plans: [ServicePlan]
    /// The steps of other services that come before a service, by its index.
    private var needs: [Int: Set<Step.ID>] = [:]
    private let indexBySlug: [String: Int]
    private let taken: [String: [TakenName]]
    private let freed: [Int: String]

    /// - Parameters:
    ///   - taken: the names that each service needs and another provider has, by slug.
    ///   - freed: the providers that applications give up, with the slugs of the services whose plans unlink them.
    static func apply(
        to plans: [ServicePlan],
        taken: [String: [TakenName]],
        freed: [Int: String]
    ) -> [ServicePlan] {
        var order = WriteOrder(plans, taken, freed)
        // A conflict gives nothing up, which may cause another conflict in turn.
        while order.refuse() {}
        for (index, steps) in order.needs { order.plans[index].wait(for: steps) }
        return order.plans
    }

    private init(_ plans: [ServicePlan], _ taken: [String: [TakenName]], _ freed: [Int: String]) {
        self.plans = plans
        self.taken = taken
        self.freed = freed
        indexBySlug = Dictionary(plans.indices.map { (plans[$0].slug, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Turns services that cannot get what they need into conflicts, and determines what the others come after.
    ///
    /// - Returns: whether there was any.
    private mutating func refuse() -> Bool {
        let freedNames = self.freedNames
        var isAnyRefused = false
        needs = [:]
        for index in plans.indices where !plans[index].steps.isEmpty {
            switch needs(of: plans[index], freedNames) {
            case .success(let steps): needs[index] = steps
            case .failure(let refusal):
                plans[index].refuse(refusal.reason)
                isAnyRefused = true
            }
        }
        if isAnyRefused { return true }
        guard let index = needs.keys.filter(waitsForItself).min() else { return false }
        let others = waited(index).sorted().map { "'\($0)'" }.joined(separator: ", ")
        plans[index].refuse(
            "it and \(others) have each other's provider, or its name or client id; change one manually"
        )
        return true
    }

    private struct Refusal: Error {
        var reason: String
    }

    /// The steps of other services that must be done before a plan can be carried out.
    private func needs(
        of plan: ServicePlan,
        _ freedNames: [TakenName.Key: Step.ID]
    ) -> Result<Set<Step.ID>, Refusal> {
        var steps: Set<Step.ID> = []
        for name in taken[plan.slug] ?? [] {
            guard let step = freedNames[name.key], step.service != plan.slug else {
                return .failure(Refusal(reason: "\(name.description); \(advice(on: name))"))
            }
            steps.insert(step)
        }
        for provider in plan.steps.compactMap(\.effect.linkedProvider) {
            guard let other = freed[provider], other != plan.slug else { continue }
            guard let step = indexBySlug[other].flatMap({ plans[$0].unlinking }) else {
                let reason = "its provider (pk \(provider)) belongs to the service '\(other)'; unlink it"
                return .failure(Refusal(reason: reason))
            }
            steps.insert(step)
        }
        return .success(steps)
    }

    private func advice(on name: TakenName) -> String {
        if let holder = name.holder.applicationSlug.flatMap({ indexBySlug[$0] }).map({ plans[$0] }) {
            if holder.deletion?.isHeld == true { return "the deletion limit holds its deletion back" }
            if holder.decision == .blocked { return "'\(holder.slug)' is blocked; resolve that first" }
            if holder.decision == .waiting { return "'\(holder.slug)' is waiting for its secret" }
        }
        return "rename that, or give this service another one"
    }

    /// The steps that give up a name, by the name.
    private var freedNames: [TakenName.Key: Step.ID] {
        var freed: [TakenName.Key: Step.ID] = [:]
        for index in plans.indices {
            for step in plans[index].steps {
                for name in step.effect.freedNames { freed[name] = step.id }
            }
        }
        return freed
    }

    /// The services whose steps come before those of a service.
    private func waited(_ index: Int) -> Set<String> { Set((needs[index] ?? []).compactMap(\.service)) }

    private func waitsForItself(_ index: Int) -> Bool {
        var seen: Set<String> = []
        var rest = waited(index)
        while let next = rest.popFirst() {
            if next == plans[index].slug { return true }
            if seen.insert(next).inserted, let index = indexBySlug[next] { rest.formUnion(waited(index)) }
        }
        return false
    }
}

extension ServicePlan {
    /// The step that unlinks its application from its provider; the last step if none does explicitly.
    fileprivate var unlinking: Step.ID? {
        (steps.last { $0.effect.unlinkedApplication != nil } ?? steps.last)?.id
    }
}

extension Effect {
    /// The names that a provider no longer has once it is done.
    fileprivate var freedNames: [TakenName.Key] {
        let names = [OAuth2Provider.Row.name, OAuth2Provider.Row.clientID].map(\.attribute)
        let (provider, freed): (Int?, [String]) =
            switch self {
            case .delete(let object): (object.provider, names)
            case .update(let object, let fields):
                (object.provider, names.filter { fields.sets($0) })
            default: (nil, [])
            }
        return provider.map { pk in freed.map { TakenName.Key(provider: pk, field: $0) } } ?? []
    }
}

extension ObjectFields {
    fileprivate func sets(_ field: String) -> Bool { assignments.contains { $0.field == field } }
}
