import DesiredState
import Kinds
import Planning
import SecretSources
import Secrets

/// Reads a document like `reconcile plan`, and removes what would be rejected or would change anything.
struct ExportCheck {
    let observed: ObservedState

    /// Changes the document until reading and planning it finds nothing.
    ///
    /// Each round removes something, so this terminates.
    ///
    /// - Returns: the problems of the file as a whole; usually none.
    func settle(_ document: inout ExportDocument) -> [String] {
        let everything = document.render(everything: true)
        document.hide(complaints(of: read(everything), everything, document))
        while true {
            let rendering = document.rendering
            let result = read(rendering)
            if let desired = result.state {
                if takeBackChanges(planned: desired, in: &document) { continue }
                return []
            }
            let complaints = complaints(of: result, rendering, document)
            guard !complaints.isEmpty else {
                return result.diagnostics.filter { $0.severity == .error }.map(\.message)
            }
            document.takeBack(complaints)
        }
    }

    private func read(_ rendering: ExportDocument.Rendering) -> DesiredStateLoader.Result {
        DesiredStateLoader.load(
            sources: [DesiredStateLoader.Source(path: "export", bytes: Array(rendering.text.utf8))]
        )
    }

    /// The errors about fields of services.
    private func complaints(
        of result: DesiredStateLoader.Result,
        _ rendering: ExportDocument.Rendering,
        _ document: ExportDocument
    ) -> [ExportDocument.Place: [Complaint]] {
        var complaints: [ExportDocument.Place: [Complaint]] = [:]
        for error in result.diagnostics where error.severity == .error {
            guard let line = error.line, rendering.places.indices.contains(line - 1),
                let place = rendering.places[line - 1]
            else { continue }
            let message = error.message(within: "service '\(document.services[place.service].slug)'")
            complaints[place, default: []].append(Complaint(message: message, isHidden: error.sourceLine == nil))
        }
        return complaints
    }

    /// - Returns: whether anything had to be removed.
    private func takeBackChanges(planned desired: DesiredState, in document: inout ExportDocument) -> Bool {
        let plan = Planner.plan(desired, secrets: secrets(of: document), observed: observed)
        let plans = Dictionary(plan.services.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        var found = false
        for plan in plan.shared where plan.decision != .inSync {
            guard let index = document.scopeMappings.firstIndex(where: { $0.pk == plan.pk && $0.refusal == nil }) else {
                continue
            }
            switch plan.decision {
            case .adopt where plan.changes.isEmpty, .update where plan.changes.isEmpty: break
            default:
                found = true
                document.scopeMappings[index].refusal = plan.changes.isEmpty ? plan.reason : reason(of: plan.changes)
            }
        }
        for index in document.services.indices where document.services[index].isDeclared {
            guard let service = plans[document.services[index].slug] else { continue }
            switch service.decision {
            case .inSync: break
            case .adopt where service.changes.isEmpty: break
            case .update where service.changes.isEmpty && service.deletion == nil:
                let remark =
                    "its ownership mark, which is out of date; the next pass updates it, and changes nothing else"
                if !document.services[index].remarks.contains(remark) {
                    document.services[index].remarks.append(remark)
                }
            default:
                found = true
                let access = service.changes.filter { $0.object == .access }
                guard access.isEmpty || !document.services[index].takeBack("access", because: reason(of: access)) else {
                    continue
                }
                document.services[index].refusals.append(reason(of: service))
            }
        }
        return found
    }

    private func reason(of service: ServicePlan) -> String {
        service.changes.isEmpty ? service.reason : reason(of: service.changes)
    }

    private func reason(of changes: [FieldChange]) -> String {
        let texts = changes.map { change in
            let record = ChangeRecord(change)
            let before = record.shownBefore?.joined(separator: ", ") ?? ""
            let after = record.shownAfter?.joined(separator: ", ") ?? ""
            return "\(change.fileField): \(before.isEmpty ? "(none)" : before) → \(after.isEmpty ? "(none)" : after)"
        }
        return "it would change \(texts.joined(separator: "; "))"
    }

    /// Secrets as if each variable held the current secret of its service.
    private func secrets(of document: ExportDocument) -> [SecretReference: SecretLook] {
        var environment: [String: String] = [:]
        for case let (variable, value?) in document.services.compactMap(\.secret) {
            environment[variable] = value.exposed
        }
        let resolver = SecretResolver(environment: environment)
        var secrets: [SecretReference: SecretLook] = [:]
        for (variable, _) in document.services.compactMap(\.secret) {
            let reference = SecretReference.environment(variable)
            let look = resolver.look(for: reference)
            secrets[reference] =
                look.reason.map { .unreadable(reason: "\($0) in Authentik, or cannot be read there") } ?? look
        }
        return secrets
    }
}
