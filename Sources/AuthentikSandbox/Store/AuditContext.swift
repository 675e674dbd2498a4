import FoundationEssentials
import JSON

/// The request that a change is made for, as the audit log keeps it.
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
