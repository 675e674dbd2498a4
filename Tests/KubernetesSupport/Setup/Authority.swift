import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A certificate authority of its own, and what it signed, as PEM.
struct Authority: Sendable {
    /// A certificate with its key.
    struct Identity: Sendable {
        let certificate: String
        let key: String
    }

    private let key: Certificate.PrivateKey
    private let name: DistinguishedName
    private let identifier: SubjectKeyIdentifier
    let certificate: String

    init() throws {
        key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        name = try DistinguishedName { CommonName("kubernetes") }
        let identifier = SubjectKeyIdentifier(hash: key.publicKey)
        let extensions = try Certificate.Extensions {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            Critical(KeyUsage(digitalSignature: true, keyEncipherment: true, keyCertSign: true))
            identifier
        }
        self.identifier = identifier
        certificate = try Self.sign(key.publicKey, subject: name, extensions, issuer: name, issuerKey: key)
    }

    /// A server certificate for 127.0.0.1 and localhost.
    func server() throws -> Identity {
        try issue(
            try DistinguishedName { CommonName("kube-apiserver") },
            try ExtendedKeyUsage([.serverAuth]),
            SubjectAlternativeNames([.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])), .dnsName("localhost")])
        )
    }

    /// A client certificate; its common name is the user's.
    ///
    /// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#x509-client-certificates
    func client(_ user: String) throws -> Identity {
        try issue(try DistinguishedName { CommonName(user) }, try ExtendedKeyUsage([.clientAuth]), nil)
    }

    private func issue(
        _ subject: DistinguishedName,
        _ usage: ExtendedKeyUsage,
        _ names: SubjectAlternativeNames?
    ) throws -> Identity {
        let own = P256.Signing.PrivateKey()
        let ownKey = Certificate.PrivateKey(own)
        let extensions = try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true, keyEncipherment: true))
            usage
            AuthorityKeyIdentifier(keyIdentifier: identifier.keyIdentifier)
            if let names { names }
        }
        return Identity(
            certificate: try Self.sign(ownKey.publicKey, subject: subject, extensions, issuer: name, issuerKey: key),
            key: own.pemRepresentation
        )
    }

    private static func sign(
        _ key: Certificate.PublicKey,
        subject: DistinguishedName,
        _ extensions: Certificate.Extensions,
        issuer: DistinguishedName,
        issuerKey: Certificate.PrivateKey
    ) throws -> String {
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        let certificate = try Certificate(
            version: .v3,
            serialNumber: .init(),
            publicKey: key,
            notValidBefore: now.addingTimeInterval(-3600),
            notValidAfter: now.addingTimeInterval(86_400),
            issuer: issuer,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: extensions,
            issuerPrivateKey: issuerKey
        )
        return try certificate.serializeAsPEM().pemString
    }
}
