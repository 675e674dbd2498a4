package import AuthentikAPI
package import DesiredState
package import KubernetesAPI
package import SecretSources

/// What the loop needs of its surroundings.
package struct LoopSurroundings: Sendable {
    /// Which Authentik.
    package var address: AuthentikAddress
    /// Makes a client with the present token, for one pass or one look at the audit log.
    package var client: @Sendable () -> AuthentikClient
    /// Resolves all secrets of the desired state.
    package var secrets: @Sendable (DesiredState) async -> ResolvedSecrets
    /// The Kubernetes whose workloads are restarted and where services are told of their providers; nil for none.
    package var kubernetes: KubernetesAccess?
    /// Watches the Kubernetes Secrets that are referred to; nil for none.
    package var secretReader: KubernetesSecretReader?
    /// The file with the token, which is watched; nil without one.
    package var tokenFile: String?
    /// Decides who of several replicas writes; nil if there is none but this.
    package var election: LeaseElection?
    /// Tells what happens as Kubernetes Events; nil to tell nobody.
    package var events: EventRecorder?

    package init(
        address: AuthentikAddress,
        client: @escaping @Sendable () -> AuthentikClient,
        secrets: @escaping @Sendable (DesiredState) async -> ResolvedSecrets,
        kubernetes: KubernetesAccess? = nil,
        secretReader: KubernetesSecretReader? = nil,
        tokenFile: String? = nil,
        election: LeaseElection? = nil,
        events: EventRecorder? = nil
    ) {
        self.address = address
        self.client = client
        self.secrets = secrets
        self.kubernetes = kubernetes
        self.secretReader = secretReader
        self.tokenFile = tokenFile
        self.election = election
        self.events = events
    }
}
