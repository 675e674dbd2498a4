/// Puts services in an order in which no provider is to get what another one still has: its name, its client id, or its
/// application's place.
///
/// | who has it | the service |
/// |---|---|
/// | a service that gives it up in this pass, or is deleted in it | waits for that one |
/// | the same, and that one waits for this one | a conflict, for both |
/// | anybody else | a conflict |
struct WriteOrder {
    private var plans: [ServicePlan]
    private let indexBySlug: [String: Int]
    private let taken: [String: [TakenName]]
    private let freed: [Int: String]

    /// - Parameters:
    ///   - taken: the names that each service is to get and another provider has, by slug.
    ///   - freed: the providers that applications let go of, with the slugs of the services that see to it.
    static func apply(
        to plans: [ServicePlan],
        taken: [String: [TakenName]],
        freed: [Int: String]
    ) -> [ServicePlan] {
        var order = WriteOrder(plans, taken, freed)
        // A conflict gives nothing up, which may be another one's conflict in turn.
        while order.refuseOne() {}
        return order.plans
    }

    private init(_ plans: [ServicePlan], _ taken: [String: [TakenName]], _ freed: [Int: String]) {
        self.plans = plans
        self.taken = taken
        self.freed = freed
        indexBySlug = Dictionary(plans.indices.map { (plans[$0].slug, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Makes a conflict of the first service that cannot get what it needs, and tells the others for whom they wait.
    private mutating func refuseOne() -> Bool {
        let freedNames = self.freedNames
        for index in plans.indices where !plans[index].writes.isEmpty {
            let slug = plans[index].slug
            var waitsFor: Set<String> = []
            for name in taken[slug] ?? [] {
                guard let other = freedNames[name.key], other != slug else {
                    refuse(index, "\(name.description); rename that, or give this service another one")
                    return true
                }
                waitsFor.insert(other)
            }
            for (provider, other) in linked(plans[index]) where other != slug {
                guard let otherIndex = indexBySlug[other], !plans[otherIndex].writes.isEmpty else {
                    refuse(index, "its provider (pk \(provider)) is the application '\(other)''s; unlink it there")
                    return true
                }
                waitsFor.insert(other)
            }
            plans[index].waitsFor = waitsFor.sorted()
        }
        guard let index = plans.indices.first(where: { waitsForItself(plans[$0].slug) }) else { return false }
        let others = plans[index].waitsFor.map { "'\($0)'" }.joined(separator: ", ")
        refuse(index, "it and \(others) have each other's provider, or its name or client id; change one by hand")
        return true
    }

    /// The services that give a name up, by the name.
    private var freedNames: [TakenName.Key: String] {
        var freed: [TakenName.Key: String] = [:]
        for plan in plans {
            for write in plan.writes {
                switch write {
                case .deleteProvider(let pk):
                    freed[TakenName.Key(provider: pk, field: .name)] = plan.slug
                    freed[TakenName.Key(provider: pk, field: .clientID)] = plan.slug
                case .updateProvider(let pk, let assignments):
                    for field in [ProviderField.name, .clientID]
                    where assignments.contains(where: { $0.field == field.rawValue }) {
                        freed[TakenName.Key(provider: pk, field: field)] = plan.slug
                    }
                default: continue
                }
            }
        }
        return freed
    }

    /// The providers that a service gets from others.
    private func linked(_ plan: ServicePlan) -> [(provider: Int, from: String)] {
        plan.writes.compactMap { write in
            switch write {
            case .createApplication(_, link: .existing(let pk)?), .updateApplication(_, _, link: .existing(let pk)?):
                freed[pk].map { (pk, $0) }
            default: nil
            }
        }
    }

    private mutating func refuse(_ index: Int, _ reason: String) {
        plans[index].decision = .conflict
        plans[index].reason = reason
        plans[index].writes = []
        plans[index].waitsFor = []
    }

    private func waitsForItself(_ slug: String) -> Bool {
        func waited(_ slug: String) -> [String] { indexBySlug[slug].map { plans[$0].waitsFor } ?? [] }
        var seen: Set<String> = []
        var rest = waited(slug)
        while let next = rest.popLast() {
            if next == slug { return true }
            if seen.insert(next).inserted { rest += waited(next) }
        }
        return false
    }
}
