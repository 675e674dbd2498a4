package import Secrets

/// How a request says whose it is, besides a client certificate.
package enum KubernetesCredentials: Sendable {
    /// Nothing: the certificate does, or the server lets anybody in.
    case none
    case token(Secret)
    /// A file whose token is replaced before it expires, as the kubelet does it; read anew for each request.
    case tokenFile(String)
}
