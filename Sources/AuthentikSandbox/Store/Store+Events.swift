import FoundationEssentials
import JSON

/// The audit log, which only has changes by requests, not the installation's own objects.
extension Store {
    /// Limits memory in a sandbox that is served for months.
    private static let eventLimit = 20_000

    mutating func audit(_ action: Event.Action, _ model: AuditedModel, difference: JSONValue? = nil) {
        var context: [String: JSONValue] = ["model": model.json]
        if let difference {
            context["diff"] = difference
        } else if action == .modelCreated, release.showsCreatedValues, !model.values.isEmpty {
            context["diff"] = .object(Self.created(model.values))
        }
        record(action, app: "authentik.events.middleware", context: context)
    }

    mutating func record(_ action: Event.Action, app: String, context: [String: JSONValue] = [:]) {
        guard let auditContext else { return }
        var context = context
        context["http_request"] = auditContext.json
        if events.count >= Self.eventLimit { events.removeFirst(Self.eventLimit / 4) }
        events.append(
            Event(
                actor: auditContext.actor.map { .init($0) },
                action: action,
                app: app,
                context: context,
                created: Date()
            )
        )
    }

    private static func created(_ values: [String: JSONValue]) -> [String: JSONValue] {
        let secrets = ["key", "token", "secret", "password"]
        return values.reduce(into: [:]) { fields, value in
            let isSecret = secrets.contains { value.key.contains($0) }
            fields[value.key] = [
                "previous_value": nil, "new_value": isSecret ? "********************" : value.value,
            ]
        }
    }
}

/// The request that causes a change, as recorded in the audit log.
struct AuditContext: Sendable {
    let actor: User?
    let method: String
    let path: String
    let requestID: String
    let userAgent: String

    var json: JSONValue {
        [
            "args": [:], "path": .string(path), "method": .string(method), "request_id": .string(requestID),
            "user_agent": .string(userAgent),
        ]
    }
}
