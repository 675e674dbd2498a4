import Crypto
import CryptoExtras
import FoundationEssentials
import JSON
import SwiftASN1
import X509

/// An RSA key with a certificate that it signed itself, both as DER.
struct SigningKey: Sendable, Codable {
    /// PKCS #8.
    private var privateKey: Data
    private var certificate: Data
    private var modulus: Data
    private var exponent: Data
    let expiry: Date

    /// The key of every sandbox of this process that does not bring its own: making one takes a noticeable while.
    static let shared = make(name: "authentik Self-signed Certificate")

    /// Makes a key of 2048 bits and a certificate for a year, as a new installation does.
    private static func make(name: String) -> SigningKey {
        do {
            let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
            let subject = try DistinguishedName {
                CommonName(name)
                OrganizationName("authentik")
                OrganizationalUnitName("Self-signed")
            }
            let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
            let expiry = now.addingTimeInterval(365 * 86_400)
            let certificate = try Certificate(
                version: .v3,
                serialNumber: .init(),
                publicKey: .init(key.publicKey),
                notValidBefore: now.addingTimeInterval(-86_400),
                notValidAfter: expiry,
                issuer: subject,
                subject: subject,
                signatureAlgorithm: .sha256WithRSAEncryption,
                extensions: .init(),
                issuerPrivateKey: .init(key)
            )
            let numbers = try key.publicKey.getKeyPrimitives()
            return SigningKey(
                privateKey: key.pkcs8DERRepresentation,
                certificate: Data(try certificate.serializeAsPEM().derBytes),
                modulus: numbers.modulus,
                exponent: numbers.publicExponent,
                expiry: expiry
            )
        } catch {
            // Only a failing random generator could lead here.
            preconditionFailure("a signing key could not be made: \(error)")
        }
    }

    var fingerprintSHA256: String { Self.fingerprint(SHA256.hash(data: certificate)) }
    var fingerprintSHA1: String { Self.fingerprint(Insecure.SHA1.hash(data: certificate)) }

    /// The public half as a JSON Web Key (RFC 7517).
    func webKey(_ release: Release) -> JSONValue {
        [
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": .string(identifier(release)),
            "n": .string(modulus.base64URL),
            "e": .string(exponent.base64URL),
            "x5c": [.string(certificate.base64EncodedString())],
            "x5t": .string(Data(Insecure.SHA1.hash(data: certificate)).base64URL),
            "x5t#S256": .string(Data(SHA256.hash(data: certificate)).base64URL),
        ]
    }

    /// What tokens name the key by; 2026.5 changed the hash that makes it.
    private func identifier(_ release: Release) -> String {
        release < .may2026
            ? Insecure.MD5.hash(data: privateKey).map { Self.hexadecimal($0) }.joined()
            : Data(SHA512.hash(data: privateKey)).base64URL
    }

    private static func fingerprint(_ digest: some Sequence<UInt8>) -> String {
        digest.map { hexadecimal($0) }.joined(separator: ":")
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
}

extension Data {
    /// Base64 for URLs, without padding (RFC 4648, section 5).
    fileprivate var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
