package import AuthentikAPI

extension Planner {
    /// Plans to take an owner's marks off, and nothing else.
    ///
    /// Marks that cannot be read, or are of a newer version, are left where they are.
    ///
    /// - Parameters:
    ///   - applications: those that can be seen, for their slugs; a mark tells the slug of any other.
    ///   - marks: the entitlements of the mark's name, whoever's they are.
    package static func release(
        owner: String,
        applications: [Application],
        marks: [ApplicationEntitlement]
    ) -> Plan {
        let slugs = Dictionary(applications.map { ($0.pk, $0.slug) }, uniquingKeysWith: { first, _ in first })
        let services = marks.compactMap { entitlement -> ServicePlan? in
            guard entitlement.name == OwnershipMark.entitlementName,
                case .mark(let mark) = OwnershipMark.read(entitlement.attributes), mark.owner == owner
            else { return nil }
            var plan = ServicePlan(
                slug: slugs[entitlement.application] ?? mark.slug,
                decision: .release,
                reason: "marked by '\(owner)'"
            )
            plan.writes = [.deleteMark(entitlement: entitlement.pk)]
            return plan
        }
        return Plan(services: services.sorted { $0.slug < $1.slug })
    }
}
