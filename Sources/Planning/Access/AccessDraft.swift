import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds

/// The changes needed so that exactly the subjects named by the file may open a service.
///
/// | subjects in the file | mode | bound are |
/// |---|---|---|
/// | everyone | – | none created by this program |
/// | one never existed, or has been renamed | any, all | those in the mark that still exist; if none does, nobody |
/// | all exist | any, all | those in the file |
/// | one was deleted | any | the others; if there are none, nobody |
/// | one was deleted | all | the others, and nobody: without the deleted one, the others would let in more people |
///
/// "Nobody" is the policy ``Kinds/ExpressionPolicy/nobodyName``. Existing bindings:
///
/// | a binding | |
/// |---|---|
/// | has an expiry date | left alone, and not counted |
/// | binds a wanted subject | one is kept: the one named by the mark, else one that is enabled and not negated; the others are deleted |
/// | the same, but negated, in mode `all` | deleted and recreated: if two were corrected one after the other, the first would let in people whom the second must still keep out |
/// | is named by the mark, as created or as pending | deleted |
/// | binds the policy that lets nobody in | deleted |
/// | any other | left alone, or with `exclusive` deleted, subject to the deletion limit |
///
/// A binding that is kept is enabled, not negated, denies if its policy fails, and has the order in the mark, unless
/// its policy is already bound at that order: Authentik refuses duplicates.
struct AccessDraft {
    /// A binding to create.
    struct Grant {
        var subject: Ref<BindingSubject>
        var kind: SubjectKind
        var name: String
        var order: Int
    }

    /// A binding to correct.
    struct Correction {
        var binding: PolicyBinding
        var name: String
        var order: Int
    }

    private(set) var changes: [FieldChange] = []
    /// The application's new mode; nil if it does not change.
    private(set) var mode: AccessMode?
    private(set) var grants: [Grant] = []
    private(set) var corrections: [Correction] = []
    private(set) var revocations: [PolicyBinding] = []
    /// Bindings of others that are deleted, or would be without the deletion limit.
    private(set) var exclusions: [PolicyBinding] = []
    /// The bindings that stay, for the mark.
    private(set) var kept: [BoundSubject] = []
    private(set) var standing: AccessStanding
    /// Whether it needs the policy that lets nobody in.
    private(set) var isClosed = false
    /// Whether the mark stays as it is.
    private(set) var isUntouched = false

    private let index: AccessIndex
    private let bound: [BoundSubject]
    private let bindings: [PolicyBinding]
    private let presentMode: AccessMode
    private let isNew: Bool

    /// - Parameters:
    ///   - release: Authentik's release.
    ///   - application: nil for a new one.
    ///   - mark: the application's mark, if it is this owner's.
    ///   - isHeld: whether the deletion limit blocks deletions.
    init(
        _ access: Access,
        _ index: AccessIndex,
        release: Release,
        application: Application?,
        mark: OwnershipMark?,
        isHeld: Bool
    ) {
        self.index = index
        bound = mark?.access ?? []
        bindings = index.bindings(of: application)
        isNew = application == nil
        presentMode = application.flatMap { AccessMode(rawValue: $0.policyEngineMode) } ?? .any
        standing = AccessStanding(.everyone)
        standing.expiring = bindings.filter(\.isExpiring).map(\.description)
        guard let subjects = access.subjects else {
            bind([], mode: .any, isExclusive: false, isHeld: isHeld)
            return
        }
        let (wanted, isAsDeclared) = wanted(subjects)
        guard let wanted else {
            isUntouched = true
            let lasting = bindings.filter { !$0.isExpiring }
            standing.others = lasting.map(\.description)
            standing.isExposed = application != nil && !lasting.contains(where: \.isEnabled)
            return
        }
        // A closed application that also has foreign bindings lets nobody in only in mode `all`.
        let mode = isAsDeclared ? subjects.mode : isClosed && wanted.count > 1 ? .all : presentMode
        bind(wanted, mode: mode, isExclusive: subjects.isExclusive && isAsDeclared, isHeld: isHeld)
        setMode(mode)
        if subjects.mode == .all, release.mayConfuseModeAll, wanted.count(where: { $0.kind != .policy }) > 1 {
            standing.caution =
                "Authentik \(release) may let in whom any one of these groups and users lets in, although the mode is all "
                + "(goauthentik/authentik#17484): update it, or bind one policy that asks for all of them"
        }
    }

    /// Whether it has no permanent bindings.
    var isUnbound: Bool { bindings.allSatisfy(\.isExpiring) }

    // MARK: - Who

    private typealias Wanted = (kind: SubjectKind, name: String, subject: Ref<BindingSubject>)

    /// The subjects to bind; nil to leave everything as it is.
    private mutating func wanted(_ declared: Access.Subjects) -> (wanted: [Wanted]?, isAsDeclared: Bool) {
        var found: [Wanted] = []
        var vanished: [AccessSubject] = []
        var unknown: [String] = []
        for subject in declared.list {
            switch index.look(for: subject, bound: bound) {
            case .found(let pk): found.append((subject.kind, subject.name, .existing(pk)))
            case .made(let step): found.append((subject.kind, subject.name, .made(by: step)))
            case .vanished(let former):
                vanished.append(subject)
                remember(former)
            case .unknown(let reason): unknown.append(reason)
            }
        }
        standing.state = .restricted
        if !unknown.isEmpty {
            standing.state = .blocked
            standing.complaint = unknown.joined(separator: "; ")
            return (bound.isEmpty ? nil : stayingWanted(), false)
        }
        guard !vanished.isEmpty else { return (found, true) }
        let gone = vanished.map { "the \($0.description)" }.joined(separator: " and ")
        standing.complaint = "\(gone) \(vanished.count == 1 ? "is" : "are") gone"
        let isClosed = declared.mode == .all || found.isEmpty
        return (isClosed ? close(found) : found, true)
    }

    /// The subjects that are already bound and still exist.
    private mutating func stayingWanted() -> [Wanted] {
        // A mark can name a subject twice: the existing binding and the one that will replace it.
        var seen: Set<BindingSubject> = []
        let recorded = bound.filter { seen.insert($0.subject).inserted }
        let there = recorded.filter { index.isThere($0.subject) }
        kept = []
        for subject in recorded where !there.contains(subject) { remember(subject) }
        let isAnyMissed = there.isEmpty || presentMode == .all && there.count < recorded.count
        let mustClose = isAnyMissed || recorded.contains { isNobody($0) }
        let stay = there.filter { !isNobody($0) }.map { ($0.subject.kind, $0.name, Ref.existing($0.subject)) }
        return mustClose ? close(stay) : stay
    }

    /// Keeps a deleted subject in the mark, to distinguish it from one that never existed.
    private mutating func remember(_ former: BoundSubject) {
        kept.append(BoundSubject(former.subject, name: former.name, order: former.order))
    }

    private mutating func close(_ others: [Wanted]) -> [Wanted] {
        isClosed = true
        standing.state = .closed
        return others + [(.policy, ExpressionPolicy.nobodyName, index.closing)]
    }

    /// True even if that policy was deleted.
    private func isNobody(_ subject: BoundSubject) -> Bool {
        subject.subject.kind == .policy && subject.name == ExpressionPolicy.nobodyName
    }

    // MARK: - Bindings

    /// - Parameter mode: the application's mode after the plan.
    private mutating func bind(_ wanted: [Wanted], mode: AccessMode, isExclusive: Bool, isHeld: Bool) {
        let lasting = bindings.filter { !$0.isExpiring }
        let mustAllLetIn = mode == .all || presentMode == .all
        let usable = lasting.filter { !($0.isNegated && mustAllLetIn) }
        var next = (bindings.map(\.order).max() ?? -1) + 1
        var keptPKs: Set<String> = []
        for subject in wanted {
            guard let pk = subject.subject.existing, let binding = best(of: usable.filter { $0.subject == pk }) else {
                grants.append(
                    Grant(subject: subject.subject, kind: subject.kind, name: subject.name, order: next)
                )
                next += 1
                continue
            }
            keptPKs.insert(binding.pk)
            let order = order(of: binding)
            kept.append(BoundSubject(pk, name: subject.name, binding: binding.pk, order: order))
            let correction = Correction(binding: binding, name: subject.name, order: order)
            if !correction.drift.isEmpty { corrections.append(correction) }
        }
        let subjects = Set(wanted.compactMap(\.subject.existing))
        let rest = lasting.filter { !keptPKs.contains($0.pk) }
        let own = rest.filter { isOwn($0) || subjects.contains($0.subject) }
        let others = rest.filter { binding in !own.contains(binding) }
        revocations = own
        if isExclusive {
            exclusions = others
            if !isHeld { revocations += others }
        }
        let staying = isExclusive && !isHeld ? [] : others
        standing.others = staying.map(\.description)
        standing.subjects = wanted.map { "\($0.kind.rawValue) '\($0.name)'" }
        explain(wanted, replacing: lasting.filter { keptPKs.contains($0.pk) || revocations.contains($0) })
    }

    /// Which of several bindings of one subject is kept.
    private func best(of bindings: [PolicyBinding]) -> PolicyBinding? {
        let clear = bindings.filter { !$0.isAmbiguous }
        return clear.first { binding in bound.contains { $0.binding == binding.pk } }
            ?? clear.first { $0.isEnabled && !$0.isNegated } ?? clear.first
    }

    /// The order that a binding should have: that in the mark, unless the same policy is already bound there, since
    /// Authentik allows a policy only once per order.
    private func order(of binding: PolicyBinding) -> Int {
        guard let order = bound.first(where: { $0.binding == binding.pk })?.order else { return binding.order }
        let isTaken = bindings.contains {
            $0.subject == binding.subject && $0.order == order && $0.pk != binding.pk
        }
        return isTaken ? binding.order : order
    }

    /// Whether this program created a binding.
    private func isOwn(_ binding: PolicyBinding) -> Bool {
        if binding.subject == index.closing.existing { return true }
        return bound.contains { $0.binding == binding.pk || $0.binding == nil && $0.subject == binding.subject }
    }

    private mutating func setMode(_ mode: AccessMode) {
        guard mode != presentMode else { return }
        self.mode = mode
        let before = isNew ? nil : FieldValue.text(presentMode.rawValue)
        changes.append(FieldChange(object: .access, field: "mode", before: before, after: .text(mode.rawValue)))
    }

    // MARK: - Changes

    /// Explains the differences: subjects added and removed, by kind, and what is wrong with bindings that stay.
    private mutating func explain(_ wanted: [Wanted], replacing present: [PolicyBinding]) {
        for kind in SubjectKind.allCases {
            let before = present.filter { $0.subject.kind == kind }.map { index.name(of: $0.subject) }
            // A subject that was renamed is still the same one.
            let after = wanted.filter { $0.kind == kind }.map { subject in
                subject.subject.existing.map { index.name(of: $0) } ?? subject.name
            }
            guard Set(before.map(\.exact)) != Set(after.map(\.exact)) else { continue }
            var seen: Set<ExactText> = []
            let once = before.filter { seen.insert($0.exact).inserted }
            changes.append(
                FieldChange(
                    object: .access,
                    field: kind.fileList,
                    before: isNew ? nil : .words(once),
                    after: .words(after)
                )
            )
        }
        for subject in wanted {
            guard let pk = subject.subject.existing else { continue }
            let surplus = revocations.filter { $0.subject == pk }
            let binding = kept.first { $0.subject == pk }?.binding
            var drift = corrections.first { $0.binding.pk == binding }?.drift ?? []
            if binding != nil, !surplus.isEmpty { drift.append(("bound \(surplus.count + 1) times", "bound once")) }
            if binding == nil, let replaced = surplus.first {
                drift.append(
                    replaced.isAmbiguous ? ("bound with another", "bound alone") : ("negated", "not negated")
                )
            }
            guard !drift.isEmpty else { continue }
            changes.append(
                FieldChange(
                    object: .access,
                    field: "\(subject.kind.rawValue) '\(subject.name)'",
                    before: .text(drift.map(\.before).joined(separator: ", ")),
                    after: .text(drift.map(\.after).joined(separator: ", "))
                )
            )
        }
    }
}

extension AccessDraft.Correction {
    /// What is wrong with it and what would be right, in a word or two each.
    var drift: [(before: String, after: String)] {
        var drift: [(before: String, after: String)] = []
        if !binding.isEnabled { drift.append(("disabled", "enabled")) }
        if binding.isNegated { drift.append(("negated", "not negated")) }
        if binding.letsInOnFailure { drift.append(("lets in on failure", "keeps out on failure")) }
        if binding.order != order { drift.append(("order \(binding.order)", "order \(order)")) }
        return drift
    }
}
