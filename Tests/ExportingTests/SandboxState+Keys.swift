@testable import AuthentikSandbox

extension SandboxState {
    /// A fresh installation that has a second certificate with its key, which no request can make.
    static func withTwoKeys(_ release: Sandbox.Release, token: String) -> SandboxState {
        var state = SandboxState(release: release, token: token)
        let key = CertificateKeyPair(name: "Another key")
        state.store.certificates[key.pk] = key
        return state
    }
}
