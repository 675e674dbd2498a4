import Kinds

/// Lets providers accept the tokens of providers that are created in the same pass, and so have no pk before.
///
/// | a provider that another one names | that field |
/// |---|---|
/// | exists | is sent with the others |
/// | is created in this pass | is set last, after both are created: two new ones may name each other |
/// | is declared, but not created in this pass | is not set, and the plan says so |
struct Federation {
    private static let field = OAuth2Provider.Row.federatedProviders
    /// The steps that create the providers of services, by slug.
    private let makers: [String: Step.ID]

    static func settle(_ plans: [ServicePlan]) -> [ServicePlan] {
        // By place: plans are large, and there may be many.
        let isAnyUnmade = plans.indices.contains { plans[$0].steps.contains { $0.effect.unmadeProviders != nil } }
        guard isAnyUnmade else { return plans }
        let federation = Federation(plans)
        return plans.map(federation.settled)
    }

    private init(_ plans: [ServicePlan]) {
        makers = Dictionary(
            plans.compactMap { plan in
                plan.steps.first { $0.effect.makesProvider }.map { (plan.slug, $0.id) }
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private func settled(_ plan: ServicePlan) -> ServicePlan {
        guard let step = plan.steps.first(where: { $0.effect.unmadeProviders != nil }),
            let value = step.effect.unmadeProviders, let provider = step.effect.provider(of: step.id)
        else { return plan }
        var plan = plan
        plan.replaceSteps(
            by: plan.steps.compactMap { other in
                guard other.id == step.id else { return other }
                return other.effect.withoutFederatedProviders.map { Step(other.id, $0, after: other.after) }
            }
        )
        let names = value.unmade
        let missing = names.filter { makers[$0] == nil }
        guard missing.isEmpty else {
            let list = missing.map { "'\($0)'" }.joined(separator: ", ")
            plan.changes.removeAll { $0.object == .provider && $0.field == Self.field.attribute }
            plan.hinder(
                "\(Self.field.name.rawValue) is not set: \(list) has no provider yet and gets none in this pass"
            )
            return plan
        }
        let references = names.compactMap { name in
            makers[name].map { maker in
                FieldReference(
                    field: Self.field.attribute,
                    kind: .oauth2Provider,
                    object: .made(by: maker),
                    element: name
                )
            }
        }
        let assignment = FieldAssignment(field: Self.field.attribute, value: value)
        plan.add(
            .federation,
            .update(provider, ObjectFields(.oauth2Provider, [assignment], references: references)),
            after: Set(references.compactMap(\.object.maker).filter { $0.service != plan.slug })
        )
        return plan
    }

    fileprivate static func isFederated(_ assignment: FieldAssignment) -> Bool { assignment.field == field.attribute }
}

extension Effect {
    /// The fields of providers that it creates or changes.
    private var providers: [ObjectFields] {
        switch self {
        case .create(let objects): objects.filter { $0.kind == .oauth2Provider }
        case .update(_, let fields): [fields].filter { $0.kind == .oauth2Provider }
        default: []
        }
    }

    fileprivate var makesProvider: Bool { if case .create = self { !providers.isEmpty } else { false } }

    /// The providers whose tokens it makes one accept, if any of them does not exist yet.
    fileprivate var unmadeProviders: FieldValue? {
        providers.flatMap(\.assignments).first { Federation.isFederated($0) && !$0.value.unmade.isEmpty }?.value
    }

    /// The provider that it creates or changes.
    fileprivate func provider(of step: Step.ID) -> ObjectKey? {
        if case .update(let key, _) = self { return key }
        return makesProvider ? .made(.oauth2Provider, by: step) : nil
    }

    /// The same effect without that field; nil if nothing is left to do.
    fileprivate var withoutFederatedProviders: Effect? {
        func without(_ fields: ObjectFields) -> ObjectFields {
            var fields = fields
            fields.assignments.removeAll(where: Federation.isFederated)
            return fields
        }
        switch self {
        case .create(let objects): return .create(objects.map(without))
        case .update(let key, let fields):
            let rest = without(fields)
            return rest.assignments.isEmpty && rest.references.isEmpty ? nil : .update(key, rest)
        default: return self
        }
    }
}
