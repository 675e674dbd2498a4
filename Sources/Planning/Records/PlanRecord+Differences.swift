import Base

extension PlanRecord {
    /// A relevant difference from a saved plan.
    package struct Difference: Sendable, Equatable {
        /// The service; nil for what concerns all.
        package var slug: String?
        /// A clause: `planned: update; now: in-sync`.
        package var message: String

        package init(slug: String?, message: String) {
            self.slug = slug
            self.message = message
        }
    }

    /// Why this plan can no longer be carried out as reviewed; empty if it can.
    ///
    /// Everything that affects the outcome is compared: the Authentik instance and its release, the owner, the
    /// narrowing, shared objects, the services with their decisions, fields, deletions and writes, and the deletion
    /// limit. Reasons, notes, places in the file and what is left alone are not.
    ///
    /// - Parameter now: a new plan from the current state.
    package func differences(from now: PlanRecord) -> [Difference] {
        var found = [
            differs("Authentik's address", authentik.url, now.authentik.url),
            differs("Authentik's release", authentik.release, now.authentik.release),
            differs("the owner", owner, now.owner),
            differs("the narrowing", narrowing.description, now.narrowing.description),
            differs("deletions", deletions, now.deletions),
        ].compactMap { $0.map { Difference(slug: nil, message: $0) } }
        found += SharedRecord.differences(from: shared, to: now.shared).map {
            Difference(slug: nil, message: $0)
        }
        let planned = Dictionary(services.map { ($0.slug, $0) }, uniquingKeysWith: { $1 })
        let present = Dictionary(now.services.map { ($0.slug, $0) }, uniquingKeysWith: { $1 })
        for slug in Set(planned.keys).union(present.keys).sorted() {
            let messages =
                switch (planned[slug], present[slug]) {
                case (let planned?, let now?): planned.differences(from: now)
                case (let planned?, nil): ["planned: \(planned.decision); now: neither declared nor owned"]
                case (nil, let now?): ["not in the plan; now: \(now.decision), \(now.reason)"]
                case (nil, nil): [String]()
                }
            found += messages.map { Difference(slug: slug, message: $0) }
        }
        return found
    }

    private var deletions: String { heldDeletions == nil ? "not held back" : "held back by the deletion limit" }
}

extension ServiceRecord {
    /// The relevant differences; the first kind of difference explains the ones below it.
    fileprivate func differences(from now: ServiceRecord) -> [String] {
        if decision != now.decision {
            return ["planned: \(decision), \(reason); now: \(now.decision), \(now.reason)"]
        }
        let fields = changedFields(from: changes, to: now.changes)
        if !fields.isEmpty { return fields }
        if let difference = differs("deletion", deletion?.description, now.deletion?.description) {
            return [difference]
        }
        guard writes != now.writes else { return [] }
        return ["planned to send \(list(writes)); now \(list(now.writes))\(differingValues(now))"]
    }

    private func list(_ writes: [WriteRecord]) -> String {
        writes.isEmpty ? "nothing" : writes.map(\.description).joined(separator: ", ")
    }

    /// Used if the writes look the same.
    private func differingValues(_ now: ServiceRecord) -> String {
        list(writes) == list(now.writes) ? ", with other values (a uuid, or the ownership mark)" : ""
    }
}

extension ChangeRecord: CustomStringConvertible {
    fileprivate var name: String { "\(object).\(shownField)" }

    /// `https://a → https://b`; for a secret only that it changes.
    package var description: String {
        func text(_ values: [String]?) -> String {
            guard let values, !values.isEmpty else { return "(none)" }
            return values.joined(separator: ", ")
        }
        if isSecret { return "(changed)" }
        return before == nil ? text(shownAfter) : "\(text(shownBefore)) → \(text(shownAfter))"
    }
}

extension DeletionRecord: CustomStringConvertible {
    package var description: String {
        let parts =
            [application.map { "application '\($0)'" }].compactMap(\.self) + providers.map { "provider '\($0)'" }
            + (bindings ?? []).map { "binding of \($0)" }
        return parts.joined(separator: " and ") + (isHeld ? " (held back)" : "")
    }
}

extension Narrowing: CustomStringConvertible {
    /// As the command-line options that request it.
    package var description: String {
        let options = only.map { "--only \($0)" } + (withoutSecrets ? ["--without-secrets"] : [])
        return options.isEmpty ? "none" : options.joined(separator: " ")
    }
}

/// The fields that no longer change as planned, a clause each.
func changedFields(from planned: [ChangeRecord], to now: [ChangeRecord]) -> [String] {
    let names = (planned + now).map(\.name)
    return names.enumerated().filter { names.firstIndex(of: $0.element) == $0.offset }.map(\.element)
        .compactMap { name in
            differs(
                name,
                planned.first { $0.name == name }?.description ?? "unchanged",
                now.first { $0.name == name }?.description ?? "unchanged"
            )
        }
}

private func differs(_ name: String, _ planned: String?, _ now: String?) -> String? {
    planned?.exact == now?.exact ? nil : "\(name): planned \(planned ?? "none"); now \(now ?? "none")"
}
