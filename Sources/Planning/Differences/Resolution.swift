import DesiredState
import Secrets

/// What came of looking up all that a service's provider names: its secret, flows, keys and scopes.
enum Resolution {
    /// `version` is that of the Kubernetes Secret which the secret is from.
    case resolved(ResolvedProvider, version: SecretVersion?)
    case failed(LookUpError)

    init(
        _ provider: Provider,
        secrets: [SecretReference: SecretAvailability],
        _ names: NameIndex
    ) {
        var secret: Secret?
        let available = provider.secret.flatMap { secrets[$0] }
        if provider.clientType == .confidential {
            switch available {
            case .available(let value, _): secret = value
            case .leftOut: break
            case .unavailable(let reason):
                self = .failed(LookUpError(reason))
                return
            case .waiting(let reason):
                self = .failed(LookUpError(reason, isWaiting: true))
                return
            case nil:
                self = .failed(LookUpError("no secret was resolved for it"))
                return
            }
        }
        var version: SecretVersion?
        if case .available(_, let known)? = available { version = known }
        do throws(LookUpError) {
            self = .resolved(try names.resolve(provider, secret: secret), version: version)
        } catch {
            self = .failed(error)
        }
    }
}
