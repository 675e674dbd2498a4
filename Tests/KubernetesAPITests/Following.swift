import Secrets
import Synchronization
import TestSupport

@testable import KubernetesAPI

/// A watcher at work, and what it says.
struct Following: Sendable {
    let server: CannedServer
    private let observations: Mutexed<[KubernetesSecret.Observation]>
    private let retries: Mutexed<[(kind: KubernetesError.Kind, wait: Duration)]>

    /// What was seen so far: `value@version`, `absent`, `unreadable`.
    var seen: [String] {
        observations.value.map { observation in
            switch observation {
            case .success(let secret?):
                String(decoding: secret.data["KEY"]?.exposed ?? [], as: UTF8.self)
                    + "@\(secret.version.resourceVersion)"
            case .success(nil): "absent"
            case .failure: "unreadable"
            }
        }
    }

    var failures: [KubernetesError.Kind] { retries.value.map(\.kind) }
    var waits: [Duration] { retries.value.map(\.wait) }

    /// The requests so far: `list`, `get`, `watch 291`.
    var requests: [String] {
        server.requests.map { request in
            let verb = Script.verb(of: request)
            guard verb == .watch else { return verb.rawValue }
            let version = request.target.split(separator: "&").first { $0.hasPrefix("resourceVersion=") }
            return "watch \(version?.split(separator: "=").last ?? "")"
        }
    }

    /// Follows the Secret on a server with that script until `count` requests have come and the last has no answer.
    static func run(
        _ script: Script,
        from known: KubernetesSecret.Observation? = nil,
        until count: Int
    ) async throws -> Following {
        let server = try CannedServer { script.reply(to: $0) }
        let following = Following(server: server, observations: Mutexed([]), retries: Mutexed([]))
        var watcher = SecretWatcher(grafana, client: try makeClient(server.url))
        watcher.pause = { _ in try Task.checkCancellation() }
        watcher.onRetry = { error, wait in following.retries.change { $0.append((error.kind, wait)) } }
        let task = Task { [watcher] in
            await watcher.run(from: known) { observation in
                following.observations.change { $0.append(observation) }
            }
        }
        await server.received(count)
        task.cancel()
        await task.value
        return following
    }
}

/// A value behind a lock, to be shared.
final class Mutexed<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }
    func change(_ body: (inout Value) -> Void) { state.withLock { body(&$0) } }
}
