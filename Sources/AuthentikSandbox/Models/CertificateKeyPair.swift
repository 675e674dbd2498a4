import FoundationEssentials
import JSON

/// `authentik_crypto.certificatekeypair`.
struct CertificateKeyPair: Sendable {
    let pk = UUID()
    let name: String
    let hasKey = true
    let fingerprintSHA256 = Self.fingerprint(bytes: 32)
    let fingerprintSHA1 = Self.fingerprint(bytes: 20)
    /// A year from the start.
    let expiry = Date(timeIntervalSinceNow: 365 * 86_400)

    var json: JSONValue {
        let path = "/api/v3/crypto/certificatekeypairs/\(pk.uuidString.lowercased())"
        return [
            "pk": pk.json,
            "name": .string(name),
            "fingerprint_sha256": .string(fingerprintSHA256),
            "fingerprint_sha1": .string(fingerprintSHA1),
            "cert_expiry": .string(expiry.formatted(.iso8601)),
            "cert_subject": .string("OU=Self-signed,O=authentik,CN=\(name)"),
            "private_key_available": .bool(hasKey),
            "key_type": "rsa",
            "certificate_download_url": .string("\(path)/view_certificate/?download"),
            "private_key_download_url": .string("\(path)/view_private_key/?download"),
            "managed": nil,
        ]
    }

    private static func fingerprint(bytes: Int) -> String {
        (0..<bytes).map { _ in Random.hexadecimal(2) }.joined(separator: ":")
    }
}
