import AuthentikAPI
import Kinds

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
        while order.refuse() {}
        return order.plans
    }

    private init(_ plans: [ServicePlan], _ taken: [String: [TakenName]], _ freed: [Int: String]) {
        self.plans = plans
        self.taken = taken
        self.freed = freed
        indexBySlug = Dictionary(plans.indices.map { (plans[$0].slug, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Makes a conflict of what cannot get what it needs, and tells the others for whom they wait.
    ///
    /// - Returns: whether there was any.
    private mutating func refuse() -> Bool {
        let freedNames = self.freedNames
        var isAnyRefused = false
        for index in plans.indices where !plans[index].writes.isEmpty {
            switch others(plans[index], freedNames) {
            case .success(let slugs): plans[index].waitsFor = slugs.sorted()
            case .failure(let refusal):
                refuse(index, refusal.reason)
                isAnyRefused = true
            }
        }
        if isAnyRefused { return true }
        guard let index = plans.indices.first(where: { waitsForItself(plans[$0].slug) }) else { return false }
        let others = plans[index].waitsFor.map { "'\($0)'" }.joined(separator: ", ")
        refuse(index, "it and \(others) have each other's provider, or its name or client id; change one by hand")
        return true
    }

    private struct Refusal: Error {
        var reason: String
    }

    /// The services that have to give something up before a plan can be carried out.
    private func others(_ plan: ServicePlan, _ freedNames: [TakenName.Key: String]) -> Result<Set<String>, Refusal> {
        var slugs: Set<String> = []
        for name in taken[plan.slug] ?? [] {
            guard let other = freedNames[name.key], other != plan.slug else {
                return .failure(Refusal(reason: "\(name.description); \(advice(on: name))"))
            }
            slugs.insert(other)
        }
        for (provider, other) in linked(plan) where other != plan.slug {
            guard let index = indexBySlug[other], !plans[index].writes.isEmpty else {
                return .failure(Refusal(reason: "its provider (pk \(provider)) is the service '\(other)''s; unlink it"))
            }
            slugs.insert(other)
        }
        return .success(slugs)
    }

    private func advice(on name: TakenName) -> String {
        if let holder = name.holder.applicationSlug.flatMap({ indexBySlug[$0] }).map({ plans[$0] }) {
            if holder.deletion?.isHeld == true { return "the brake holds its deletion back" }
            if holder.decision == .blocked { return "'\(holder.slug)' is blocked; see to that first" }
            if holder.decision == .waiting { return "'\(holder.slug)' is waiting for its secret" }
        }
        return "rename that, or give this service another one"
    }

    /// The services that give a name up, by the name.
    private var freedNames: [TakenName.Key: String] {
        var freed: [TakenName.Key: String] = [:]
        for plan in plans {
            for write in plan.writes {
                switch write {
                case .deleteProvider(let pk):
                    freed[TakenName.Key(provider: pk, field: OAuth2Provider.Row.name.attribute)] = plan.slug
                    freed[TakenName.Key(provider: pk, field: OAuth2Provider.Row.clientID.attribute)] = plan.slug
                case .updateProvider(let pk, let assignments):
                    for field in [OAuth2Provider.Row.name, OAuth2Provider.Row.clientID].map(\.attribute)
                    where assignments.contains(where: { $0.field == field }) {
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
