import Secrets

@testable import KubernetesAPI

/// What a watcher says, to be waited for one by one.
final class Observations: Sendable {
    private let stream: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func add(_ observation: KubernetesSecret.Observation) {
        switch observation {
        case .success(let secret?):
            continuation.yield(String(decoding: secret.data["KEY"]?.exposed ?? [], as: UTF8.self))
        case .success(nil): continuation.yield("absent")
        case .failure: continuation.yield("unreadable")
        }
    }

    /// The value of `KEY`, or `absent`, or `unreadable`.
    func next() async -> String? {
        for await observation in stream { return observation }
        return nil
    }
}
