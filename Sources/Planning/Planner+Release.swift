package import AuthentikAPI

extension Planner {
    /// Plans to take an owner's marks off, and nothing else.
    ///
    /// Marks that cannot be read, or are of a newer version, are left where they are: a conflict each, unless they say
    /// that they are another owner's.
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
            let remains = OwnershipMark.Remains(entitlement.attributes)
            guard entitlement.name == OwnershipMark.entitlementName, remains.mayBelong(to: owner) else { return nil }
            let slug = slugs[entitlement.application] ?? remains.slug ?? entitlement.application
            switch OwnershipMark.read(entitlement.attributes) {
            case .mark:
                var plan = ServicePlan(slug: slug, decision: .release, reason: "marked by '\(owner)'")
                plan.add(.mark, .deleteMark(entitlement: entitlement.pk))
                return plan
            case .newer(let version, _):
                return ServicePlan(slug: slug, decision: .conflict, reason: OwnershipMark.newer(version, remains.owner))
            case .unreadable:
                return ServicePlan(slug: slug, decision: .conflict, reason: remains.reason)
            }
        }
        return Plan(services: services.sorted { $0.slug < $1.slug })
    }
}
