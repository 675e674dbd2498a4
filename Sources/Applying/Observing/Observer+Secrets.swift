import AuthentikAPI
import Planning

extension Observer {
    /// The maximum number of concurrent probes.
    private static let probesAtOnce = 4

    /// Probes Authentik whether secrets that it does not show are the declared ones; this changes nothing.
    ///
    /// - Throws: `CancellationError`.
    func proofs(of secrets: Set<HiddenSecret>) async throws -> [HiddenSecret: SecretProof] {
        try await withThrowingTaskGroup(of: (HiddenSecret, SecretProof).self) { group in
            var waiting = secrets.sorted { $0.provider < $1.provider }.makeIterator()
            func startNext() {
                guard let secret = waiting.next() else { return }
                let credentials = ClientCredentials(id: secret.clientID, secret: secret.declared)
                group.addTask { (secret, try await client.prove(credentials)) }
            }
            for _ in 0..<Self.probesAtOnce { startNext() }
            var proofs: [HiddenSecret: SecretProof] = [:]
            for try await (secret, proof) in group {
                proofs[secret] = proof
                startNext()
            }
            return proofs
        }
    }
}
