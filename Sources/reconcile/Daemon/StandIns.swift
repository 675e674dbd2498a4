import DesiredState
import Secrets
import Synchronization

/// Secrets that are made up for a sandbox, the same for each reference as long as it runs.
final class StandIns: Sendable {
    private let secrets = Mutex<[SecretReference: Secret]>([:])

    func secret(_ reference: SecretReference) -> Secret {
        secrets.withLock { secrets in
            let secret = secrets[reference] ?? Secret(randomToken())
            secrets[reference] = secret
            return secret
        }
    }
}
