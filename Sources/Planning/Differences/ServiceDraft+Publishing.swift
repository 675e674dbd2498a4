import AuthentikAPI
import DesiredState
import Kinds

/// Decides what is published for a service, after everything else is decided.
///
/// | the object | it holds | this program owns there | |
/// |---|---|---|---|
/// | was not read | | | left out, with a note |
/// | cannot be read | | | the rest is done, and the service fails |
/// | does not exist | | | published |
/// | exists | something else | any | published |
/// | exists | what is wanted | other keys than that | published |
/// | exists | what is wanted | exactly that | in sync |
///
/// A service that is stuck publishes nothing. The object is written last, but if it has the client secret, before a
/// restart, since the workload reads it from there: that restart is postponed while the object cannot be read.
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
    /// Adds what is published to the plan's reason.
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
    /// The name of the field in a service's reason: access uses the file's names, or the subject of a single binding.
    fileprivate var title: String {
        guard object == .access else { return fileField }
        return field.contains("'") ? "the binding of \(field)" : "access.\(field)"
    }
}
