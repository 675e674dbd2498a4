import JSON

/// Which value of the sandbox stands for which value of the recorded server, where the two cannot be equal.
///
/// It is learned from answers, one to one and for good, and applied to later requests.
struct Correspondence {
    /// What a value identifies; the same number can be a provider's and a user's.
    enum Kind: Hashable {
        case uuid, provider, user, permission, groupNumber, clientID, clientSecret, subject, fingerprint, date, token
        case requestID, webKey
    }

    // A literal is parsed each time that it is reached, which takes longer than a search. Regexes are not `Sendable`, but
    // searching does not change them.
    nonisolated(unsafe) static let uuidPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/
    nonisolated(unsafe) private static let providerPath = /\/providers\/(oauth2|proxy)\/(\d+)\//
    nonisolated(unsafe) private static let providerFilter = /context_model_pk=(\d+)/
    nonisolated(unsafe) private static let userFilter = /for_user=(\d+)/

    private var toSandbox: [Kind: [String: String]] = [:]
    private var toRecorded: [Kind: [String: String]] = [:]

    /// Whether the two can stand for each other: they do already, or neither stands for anything yet.
    mutating func match(_ kind: Kind, recorded: String, sandbox: String) -> Bool {
        switch (toSandbox[kind]?[recorded], toRecorded[kind]?[sandbox]) {
        case (sandbox, recorded): return true
        case (nil, nil):
            toSandbox[kind, default: [:]][recorded] = sandbox
            toRecorded[kind, default: [:]][sandbox] = recorded
            return true
        default: return false
        }
    }

    /// What stands for a recorded value; itself if nothing does.
    func sandbox(_ kind: Kind, _ recorded: String) -> String { toSandbox[kind]?[recorded] ?? recorded }

    /// A recorded path as the sandbox is asked for it.
    func path(_ recorded: String) -> String {
        uuids(recorded).replacing(Self.providerPath) { match in
            "/providers/\(match.1)/\(sandbox(.provider, String(match.2)))/"
        }.replacing(Self.providerFilter) { match in
            "context_model_pk=\(sandbox(.provider, String(match.1)))"
        }.replacing(Self.userFilter) { match in
            "for_user=\(sandbox(.user, String(match.1)))"
        }
    }

    /// A recorded request body as the sandbox is sent it.
    func body(_ recorded: JSONValue, field: String = "") -> JSONValue {
        switch recorded {
        case .object(let members):
            return .object(
                Dictionary(uniqueKeysWithValues: members.map { ($0.key, body($0.value, field: $0.key)) })
            )
        case .array(let items):
            return .array(items.map { body($0, field: field) })
        case .integer(let number):
            guard let kind = Self.kind(ofRequestField: field) else { return recorded }
            return Int(sandbox(kind, String(number))).map { .integer($0) } ?? recorded
        case .string(let value):
            return .string(toSandbox[.clientID]?[value] ?? uuids(value))
        default:
            return recorded
        }
    }

    private static func kind(ofRequestField field: String) -> Kind? {
        switch field {
        case "provider", "providers", "backchannel_providers", "jwt_federation_providers": .provider
        case "user", "users", "pk": .user
        default: nil
        }
    }

    private func uuids(_ recorded: String) -> String {
        recorded.replacing(Self.uuidPattern) { sandbox(.uuid, String($0.output)) }
    }
}
