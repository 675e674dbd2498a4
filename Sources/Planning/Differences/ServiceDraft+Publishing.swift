import AuthentikAPI
import DesiredState
import Kinds

/// Decides what is published of a service, once all else is decided.
///
/// | the object | it holds | this program owns there | |
/// |---|---|---|---|
/// | was not looked at | | | left out, with a note |
/// | cannot be read | | | the rest is done, and the service fails |
/// | is not there | | | published |
/// | is there | something else | any | published |
/// | is there | what is wanted | other keys than that | published |
/// | is there | what is wanted | just that | in sync |
///
/// A service that is stuck publishes nothing. The write comes last; but before a restart, if it has the client secret, since
/// the workload reads it from there: that restart is put off while the object cannot be read.
extension ServiceDraft {
    func publishing(
        _ plan: ServicePlan,
        _ publication: Publication,
        _ values: PublishedValues,
        observed: [PublishedObjectName: PublishedObservation]
    ) -> ServicePlan {
        guard !plan.decision.isStuck else { return plan }
        var plan = plan
        let object = publication.object
        switch observed[object] {
        case nil: plan.notes.append("\(object) was not compared")
        case .unreadable(let reason):
            plan.hinder("\(object) cannot be published: \(reason)")
            if plan.decision == .inSync {
                plan.decision = .update
                plan.reason = "what it publishes cannot be compared"
            }
        case .seen(let there):
            let content = values.content(of: publication)
            let changes = content.changes(from: there)
            guard !changes.isEmpty || !content.isOwned(in: there) else { return plan }
            plan.explain(changes, of: object)
            plan.changes += changes
            let isReadByRestart = content.hasSecret && plan.restart != nil
            plan.add(isReadByRestart ? .secretPublication : .publication, .publish(content))
        }
        return plan
    }
}

extension ServicePlan {
    /// Makes a reason of what is published besides what is planned already.
    fileprivate mutating func explain(_ published: [FieldChange], of object: PublishedObjectName) {
        switch decision {
        case .inSync:
            decision = .update
            reason = published.isEmpty ? "its keys in \(object) are not marked as its own" : Self.differing(published)
        case .update where !changes.isEmpty && !published.isEmpty: reason = Self.differing(changes + published)
        default: break
        }
    }

    /// `group differs`, `group, clientSecret differ`, `access.groups differs`.
    static func differing(_ changes: [FieldChange]) -> String {
        let fields = changes.map(\.title).joined(separator: ", ")
        return changes.count == 1 ? "\(fields) differs" : "\(fields) differ"
    }
}

extension FieldChange {
    /// What differs, where a service is told of: its access has words of the file's, or is that of one binding.
    fileprivate var title: String {
        guard object == .access else { return fileField }
        return field.contains("'") ? "the binding of \(field)" : "access.\(field)"
    }
}
