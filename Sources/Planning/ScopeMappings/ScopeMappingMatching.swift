import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds

/// Which owner each scope mapping belongs to, and what is done with the declared ones.
///
/// The decision on a declared mapping, the first row that applies:
///
/// | the mapping that carries its mark | the mapping of its name | decision |
/// |---|---|---|
/// | exists | another one | conflict: names are unique |
/// | exists | the same, or none | in sync, or update if any field differs |
/// | – | none | create |
/// | – | Authentik's own | conflict: Authentik would change it back |
/// | – | marked by another owner | conflict |
/// | – | marked as ours, for another declared name | conflict, until that one has its name back |
/// | – | marked as ours, for an undeclared name | update: it was renamed |
/// | – | managed by somebody else | conflict: its manager would change it back |
/// | – | not marked | adopt, if ``AdoptionPolicy`` allows it; otherwise conflict |
///
/// Any other mapping marked as ours is an orphan: see ``orphans(of:providers:_:isHeld:)``. All others are only referred
/// to.
struct ScopeMappingMatching {
    /// The declared mappings, in the order of the file.
    let plans: [SharedObjectPlan]
    /// All mappings, as they are once the plans are carried out.
    let mappings: [PlannedScopeMapping]
    /// Our undeclared mappings, by name.
    private let undeclared: [ScopeMapping]

    init(_ desired: DesiredState, _ observed: ObservedState) {
        var matcher = ScopeMappingMatcher(desired, observed)
        plans = desired.scopeMappings.map { matcher.plan($0) }
        mappings = matcher.mappings
        undeclared = matcher.undeclared
    }

    /// The steps that create or change mappings.
    var steps: [SharedName: Step.ID] {
        Dictionary(
            plans.filter { $0.step != nil }.map { ($0.identity, $0.id) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Plans the mappings that are marked as ours and no longer declared.
    ///
    /// | pruned | the providers that have it | the deletion limit | |
    /// |---|---|---|---|
    /// | no | any | any | left alone |
    /// | yes | one keeps it | any | left alone: that provider would lose it as well |
    /// | yes | all lose it in this plan, or there is none | exceeded | left alone |
    /// | yes | the same | not exceeded | deleted, after the steps that remove it from them |
    func orphans(
        of desired: DesiredState,
        providers: [OAuth2Provider],
        _ services: [ServicePlan],
        isHeld: Bool
    ) -> [SharedObjectPlan] {
        undeclared.map { mapping in
            let name = SharedName(.scopeMapping, mapping.name)
            let reason = "no longer in the file"
            func leftAlone(_ why: String) -> SharedObjectPlan {
                SharedObjectPlan(name, pk: mapping.pk, .orphan, reason: "\(reason); \(why)")
            }
            guard desired.prune else { return leftAlone(Orphans.advice) }
            var before: Set<Step.ID> = []
            for provider in providers where provider.has(mapping) {
                guard let step = services.lazy.compactMap({ $0.step(taking: mapping, from: provider) }).first else {
                    return leftAlone("left alone because the provider '\(provider.name)' has it")
                }
                before.insert(step)
            }
            if isHeld {
                var plan = leftAlone("the deletion limit holds its deletion back")
                plan.isHeld = true
                return plan
            }
            let key = ObjectKey(kind: .scopeMapping, key: mapping.pk)
            var plan = SharedObjectPlan(name, pk: mapping.pk, .delete, reason: reason, effect: .delete(key))
            plan.after = before
            return plan
        }
    }
}

extension OAuth2Provider {
    fileprivate func has(_ mapping: ScopeMapping) -> Bool { self[Row.scopes].names(mapping) }
}

extension FieldValue {
    fileprivate func names(_ mapping: ScopeMapping) -> Bool { references.contains { $0.pk == .string(mapping.pk) } }
}

extension ServicePlan {
    /// The step that removes a mapping from a provider; nil if the provider keeps it.
    fileprivate func step(taking mapping: ScopeMapping, from provider: OAuth2Provider) -> Step.ID? {
        let key = ObjectKey.provider(pk: provider.pk)
        return steps.first { step in
            switch step.effect {
            case .delete(let object): object == key
            case .update(let object, let fields):
                object == key
                    && fields.assignments.contains { field in
                        field.field == OAuth2Provider.Row.scopes.attribute && !field.value.names(mapping)
                    }
            default: false
            }
        }?.id
    }
}

extension SharedObjectPlan {
    /// Plans to remove the mark from a scope mapping.
    static func release(_ mapping: ScopeMapping, of owner: String) -> SharedObjectPlan {
        let fields = [FieldAssignment(field: ScopeMapping.markField, value: .none)]
        return SharedObjectPlan(
            SharedName(.scopeMapping, mapping.name),
            pk: mapping.pk,
            .release,
            reason: "marked by '\(owner)'",
            effect: .update(ObjectKey(kind: .scopeMapping, key: mapping.pk), ObjectFields(.scopeMapping, fields))
        )
    }
}

/// A scope mapping as it is once a plan is carried out.
struct PlannedScopeMapping {
    /// Its pk is empty if it is still to be created.
    var mapping: ScopeMapping
    /// Nil if the file does not declare it.
    var shared: SharedName?
    /// Why it does not become what the file declares; nil if it does.
    var conflict: String?

    var isNew: Bool { mapping.pk.isEmpty }

    /// - Parameter name: as shown to the user.
    func reference(_ name: String) -> FieldValue.Reference {
        var reference = FieldValue.Reference(pk: isNew ? .null : .string(mapping.pk), name: name)
        reference.shared = shared
        return reference
    }
}

/// Plans declared mappings one by one; each changes the current state.
private struct ScopeMappingMatcher {
    private let owner: String
    private let release: Release
    private let declared: Set<ExactText>
    private(set) var mappings: [PlannedScopeMapping]
    /// The indices of the observed mappings.
    private let byName: [ExactText: Int]
    private let byMark: [ExactText: Int]

    init(_ desired: DesiredState, _ observed: ObservedState) {
        owner = desired.owner
        release = observed.release
        declared = Set(desired.scopeMappings.map(\.name.exact))
        let all = observed.scopeMappings
        mappings = all.map { PlannedScopeMapping(mapping: $0) }
        byName = Dictionary(
            all.indices.map { (all[$0].name.exact, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        byMark = Dictionary(
            all.indices.compactMap { index in
                guard let mark = all[index].mark, mark.owner == desired.owner else { return nil }
                return (mark.name.exact, index)
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Our mappings that no declared one matches, by name.
    var undeclared: [ScopeMapping] {
        byMark.values.map { mappings[$0] }.filter { $0.shared == nil }.map(\.mapping)
            .sorted { $0.name.exact < $1.name.exact }
    }

    mutating func plan(_ declaration: DeclaredScopeMapping) -> SharedObjectPlan {
        let name = SharedName(.scopeMapping, declaration.name)
        let named = byName[declaration.name.exact]
        let plan: SharedObjectPlan
        if let own = byMark[declaration.name.exact] {
            if let named, named != own {
                mappings[own].shared = name
                return conflict(
                    name,
                    named,
                    "it is now called '\(mappings[own].mapping.name)', and another scope mapping has its name; rename one of them"
                )
            }
            plan = bring(own, declaration, .update)
        } else if let named {
            let mapping = mappings[named].mapping
            if let reason = refusal(of: mapping) { return conflict(name, named, reason) }
            plan = mapping.mark == nil ? adopt(named, declaration) : bring(named, declaration, .update)
        } else {
            plan = create(declaration)
        }
        return plan
    }

    /// Why a mapping without the mark for its name cannot be adopted; nil if it can.
    private func refusal(of mapping: ScopeMapping) -> String? {
        if mapping.isBuiltIn {
            return "Authentik has a built-in scope mapping of that name, which it would restore; choose another name"
        }
        guard let mark = mapping.mark else { return nil }
        if mark.owner != owner {
            return "belongs to the owner '\(mark.owner)'; remove it from one of the two files, or have that owner run "
                + "'reconcile release'"
        }
        guard declared.contains(mark.name.exact) else { return nil }
        return "the name is taken by '\(mark.name)', which gets its own name back first"
    }

    private func wanted(_ declaration: DeclaredScopeMapping) -> WantedFields {
        var values = declaration.values
        for field in ScopeMapping.fields.rows where values[field] == nil {
            values[field] = field.managedDefault(slug: "")
        }
        return WantedFields(object: .mapping, table: ScopeMapping.fields, slug: "", values: values)
    }

    private func mark(_ declaration: DeclaredScopeMapping) -> ScopeMappingMark {
        ScopeMappingMark(owner: owner, name: declaration.name)
    }

    private func marking(_ declaration: DeclaredScopeMapping) -> FieldAssignment {
        FieldAssignment(field: ScopeMapping.markField, value: .text(mark(declaration).text))
    }

    private mutating func create(_ declaration: DeclaredScopeMapping) -> SharedObjectPlan {
        let name = SharedName(.scopeMapping, declaration.name)
        let fields = wanted(declaration).assignments(release)
        let shown = fields.filter { $0.field != ScopeMapping.Row.name.attribute && !$0.value.shown.isEmpty }
        var plan = SharedObjectPlan(
            name,
            .create,
            reason: "new scope mapping",
            changes: shown.map { FieldChange(object: .mapping, field: $0.field, before: nil, after: $0.value) },
            effect: .create([ObjectFields(.scopeMapping, fields + [marking(declaration)])])
        )
        plan.expression = declaration.expression
        var mapping = ScopeMapping(pk: "", name: declaration.name, scopeName: "", managed: mark(declaration).text)
        mapping.values = declaration.values
        mappings.append(PlannedScopeMapping(mapping: mapping, shared: name))
        return plan
    }

    private mutating func adopt(_ index: Int, _ declaration: DeclaredScopeMapping) -> SharedObjectPlan {
        let name = SharedName(.scopeMapping, declaration.name)
        if let manager = mappings[index].mapping.foreignName {
            let advice = "give this one another name, or clear that field in Authentik"
            return conflict(
                name,
                index,
                "exists, and its 'managed' field is '\(manager)', so something else manages it; \(advice)"
            )
        }
        let isThere = "exists without an ownership mark"
        switch declaration.adopt {
        case .always: break
        case .never:
            let advice = "give it another name, or set 'adopt: always' to take it over"
            return conflict(name, index, "\(isThere), and may not be adopted; \(advice)")
        case .matching:
            let changes = wanted(declaration).changes(from: mappings[index].mapping.values, formerly: [], release)
            guard changes.isEmpty else {
                let advice = "set 'adopt: always' to bring it in line"
                return conflict(name, index, "\(isThere) and differs from the file; \(advice)", changes)
            }
        }
        return bring(index, declaration, .adopt)
    }

    /// Updates an existing mapping to what is declared, and marks it.
    private mutating func bring(
        _ index: Int,
        _ declaration: DeclaredScopeMapping,
        _ decision: Decision
    ) -> SharedObjectPlan {
        let name = SharedName(.scopeMapping, declaration.name)
        let mapping = mappings[index].mapping
        let wanted = wanted(declaration)
        let changes = wanted.changes(from: mapping.values, formerly: [], release)
        let isMarked = mapping.mark == mark(declaration)
        mappings[index].shared = name
        mappings[index].mapping.managed = mark(declaration).text
        for field in ScopeMapping.fields.rows {
            if let value = wanted.values[field] { mappings[index].mapping.values[field] = value }
        }
        if changes.isEmpty, isMarked {
            return SharedObjectPlan(name, pk: mapping.pk, .inSync, reason: "as declared")
        }
        let assignments = changes.map { FieldAssignment(field: $0.field, value: $0.after) }
        let fields = ObjectFields(.scopeMapping, assignments + (isMarked ? [] : [marking(declaration)]))
        var plan = SharedObjectPlan(
            name,
            pk: mapping.pk,
            decision,
            reason: reason(decision, changes, mapping),
            changes: changes,
            effect: .update(ObjectKey(kind: .scopeMapping, key: mapping.pk), fields)
        )
        plan.expression = declaration.expression
        return plan
    }

    private func reason(_ decision: Decision, _ changes: [FieldChange], _ mapping: ScopeMapping) -> String {
        if decision == .adopt {
            return changes.isEmpty
                ? "exists without an ownership mark and matches the file"
                : "exists without an ownership mark and differs from the file"
        }
        return changes.isEmpty ? "its ownership mark is out of date" : ServicePlan.differing(changes)
    }

    /// - Parameter index: of the mapping that has the name now.
    private mutating func conflict(
        _ name: SharedName,
        _ index: Int,
        _ reason: String,
        _ changes: [FieldChange] = []
    ) -> SharedObjectPlan {
        // Services that use the name must not get another mapping; a mapping that is itself declared is not affected.
        if mappings[index].mapping.mark?.owner != owner { mappings[index].conflict = reason }
        return SharedObjectPlan(name, pk: mappings[index].mapping.pk, .conflict, reason: reason, changes: changes)
    }
}
