package import AuthentikAPI

/// The algorithm that Authentik signs a provider's tokens with.
///
/// It follows from the kind of the signing key, see `JWTAlgorithms` in `authentik/providers/oauth2/models.py`.
package enum SigningAlgorithm: String, Sendable, Hashable {
    /// With an RSA key.
    case rs256 = "RS256"
    /// With an EC key.
    case es256 = "ES256"
    /// With an Ed25519 or Ed448 key.
    case edDSA = "EdDSA"
    /// Without a key: signed with the client secret.
    case hs256 = "HS256"

    /// - Parameter keyType: the type as the list of certificates shows it.
    /// - Returns: nil if the release does not sign with such a key, or the type is unknown.
    package init?(keyType: String?, _ release: Release) {
        switch keyType {
        case "rsa": self = .rs256
        case "ec": self = .es256
        case "ed25519" where release.signsWithEdwardsKeys, "ed448" where release.signsWithEdwardsKeys: self = .edDSA
        default: return nil
        }
    }
}
