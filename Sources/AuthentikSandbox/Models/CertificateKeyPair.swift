import FoundationEssentials
import JSON

/// `authentik_crypto.certificatekeypair`: a certificate with its key, which is always ``SigningKey``.
struct CertificateKeyPair: Sendable, Codable {
    var pk = UUID()
    var name: String

    func json(_ release: Release) -> JSONValue {
        let path = "/api/v3/crypto/certificatekeypairs/\(pk.text)"
        return [
            "pk": pk.json,
            "name": .string(name),
            "fingerprint_sha256": .string(SigningKey.fingerprintSHA256),
            "fingerprint_sha1": .string(SigningKey.fingerprintSHA1),
            "cert_expiry": .string(SigningKey.expiry),
            "cert_subject": .string("OU=Self-signed,O=authentik,CN=\(name)"),
            "private_key_available": true,
            release.keyTypeField: "rsa",
            "certificate_download_url": .string("\(path)/view_certificate/?download"),
            "private_key_download_url": .string("\(path)/view_private_key/?download"),
            "managed": nil,
        ]
    }
}
