import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds

/// What is to be done so that those may open a service whom the file names.
///
/// | those whom the file names | the mode | bound are |
/// |---|---|---|
/// | everyone | – | none of this program's |
/// | one was never there, or has another name by now | any, all | as the mark says, as far as they are there; where that leaves none, nobody |
/// | all are there | any, all | they |
/// | one is gone | any | the others; where that leaves none, nobody |
/// | one is gone | all | the others, and nobody: without the one all others together would let in more |
///
/// "Nobody" is the policy ``Kinds/ExpressionPolicy/nobodyName``. Of the bindings that are there:
///
/// | a binding | |
/// |---|---|
/// | ends by itself | left alone, and not counted |
/// | binds what is to be bound | kept, the first one: the one that the mark names, else one that is enabled and not negated; the others go |
/// | the same, negated, and all have to let in | goes, and another one is made: of two that are put right one after the other the first would let in whom the second is still to keep out |
/// | is named by the mark, or about to be made by it | goes |
/// | binds the policy that lets nobody in | goes |
/// | any other | left alone, or with `exclusive` goes, behind the deletion limit |
///
/// One that is kept is enabled, not negated, keeps out where its policy fails, and stands where the mark put it, unless its
/// policy is bound there once more: Authentik refuses that.
struct AccessDraft {
    /// A binding that is to be made.
    struct Grant {
        var subject: Ref<BindingSubject>
        var kind: SubjectKind
        var name: String
        var order: Int
    }

    /// A binding that is to be corrected.
    struct Correction {
        var binding: PolicyBinding
        var name: String
        var order: Int
    }

    private(set) var changes: [FieldChange] = []
    /// The mode that the application is to get; nil if it is not to change.
    private(set) var mode: AccessMode?
    private(set) var grants: [Grant] = []
    private(set) var corrections: [Correction] = []
    private(set) var revocations: [PolicyBinding] = []
    /// Those bindings of others that go, or would but for the deletion limit.
    private(set) var exclusions: [PolicyBinding] = []
    /// Those that stay, for the mark.
    private(set) var kept: [BoundSubject] = []
    private(set) var standing: AccessStanding
    /// Whether it takes the policy that lets nobody in.
    private(set) var isClosed = false
    /// Whether the mark is to say nothing else than it does.
    private(set) var isUntouched = false

    private let index: AccessIndex
    private let bound: [BoundSubject]
    private let bindings: [PolicyBinding]
    private let presentMode: AccessMode
    private let isNew: Bool

    /// - Parameters:
    ///   - release: the one that answers.
    ///   - application: nil for a new one.
    ///   - mark: that of the application, if it is this owner's.
    ///   - isHeld: whether the deletion limit holds deletions back.
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
        // What is closed and has others bound, too, lets nobody in only where all have to let in.
        let mode = isAsDeclared ? subjects.mode : isClosed && wanted.count > 1 ? .all : presentMode
        bind(wanted, mode: mode, isExclusive: subjects.isExclusive && isAsDeclared, isHeld: isHeld)
        setMode(mode)
        if subjects.mode == .all, release.mayConfuseModeAll, wanted.count(where: { $0.kind != .policy }) > 1 {
            standing.caution =
                "Authentik \(release) may let in whom any one of these groups and users lets in, although the mode is all "
                + "(goauthentik/authentik#17484): update it, or bind one policy that asks for all of them"
        }
    }

    /// Whether nothing is bound that stays by itself.
    var isUnbound: Bool { bindings.allSatisfy(\.isExpiring) }

    // MARK: - Who

    private typealias Wanted = (kind: SubjectKind, name: String, subject: Ref<BindingSubject>)

    /// Those who are to be bound; nil to leave all as it is.
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

    /// Those who are bound already, as far as they are there.
    private mutating func stayingWanted() -> [Wanted] {
        // A mark can tell of one twice: of what it has, and of what is to be bound in its place.
        var seen: Set<BindingSubject> = []
        let told = bound.filter { seen.insert($0.subject).inserted }
        let there = told.filter { index.isThere($0.subject) }
        kept = []
        for subject in told where !there.contains(subject) { remember(subject) }
        let isAnyMissed = there.isEmpty || presentMode == .all && there.count < told.count
        let mustClose = isAnyMissed || told.contains { isNobody($0) }
        let stay = there.filter { !isNobody($0) }.map { ($0.subject.kind, $0.name, Ref.existing($0.subject)) }
        return mustClose ? close(stay) : stay
    }

    /// Keeps somebody in the mark who is gone: one who was never there is another matter.
    private mutating func remember(_ former: BoundSubject) {
        kept.append(BoundSubject(former.subject, name: former.name, order: former.order))
    }

    private mutating func close(_ others: [Wanted]) -> [Wanted] {
        isClosed = true
        standing.state = .closed
        return others + [(.policy, ExpressionPolicy.nobodyName, index.closing)]
    }

    /// Also one that was deleted.
    private func isNobody(_ subject: BoundSubject) -> Bool {
        subject.subject.kind == .policy && subject.name == ExpressionPolicy.nobodyName
    }

    // MARK: - Bindings

    /// - Parameter mode: the one that the application is to have.
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

    /// The one of some bindings of one subject that stays.
    private func best(of bindings: [PolicyBinding]) -> PolicyBinding? {
        let clear = bindings.filter { !$0.isAmbiguous }
        return clear.first { binding in bound.contains { $0.binding == binding.pk } }
            ?? clear.first { $0.isEnabled && !$0.isNegated } ?? clear.first
    }

    /// Where a binding is to stand: where the mark put it, unless the same is bound there once more, since Authentik has a
    /// policy at one place only once.
    private func order(of binding: PolicyBinding) -> Int {
        guard let order = bound.first(where: { $0.binding == binding.pk })?.order else { return binding.order }
        let isTaken = bindings.contains {
            $0.subject == binding.subject && $0.order == order && $0.pk != binding.pk
        }
        return isTaken ? binding.order : order
    }

    /// Whether this program made a binding.
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

    /// Says what of it differs: by kind, who comes and who goes; and what is wrong with a binding that stays.
    private mutating func explain(_ wanted: [Wanted], replacing present: [PolicyBinding]) {
        for kind in SubjectKind.allCases {
            let before = present.filter { $0.subject.kind == kind }.map { index.name(of: $0.subject) }
            // One that has another name by now is the same.
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
    /// What is wrong with it, and what is right, each in a word or two.
    var drift: [(before: String, after: String)] {
        var drift: [(before: String, after: String)] = []
        if !binding.isEnabled { drift.append(("disabled", "enabled")) }
        if binding.isNegated { drift.append(("negated", "not negated")) }
        if binding.letsInOnFailure { drift.append(("lets in on failure", "keeps out on failure")) }
        if binding.order != order { drift.append(("order \(binding.order)", "order \(order)")) }
        return drift
    }
}
