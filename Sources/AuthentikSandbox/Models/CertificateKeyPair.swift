import FoundationEssentials
import JSON

/// `authentik_crypto.certificatekeypair`: a certificate with its key, which is ``SigningKey`` unless it was generated.
struct CertificateKeyPair: Sendable, Codable {
    enum Algorithm: String, Choice, Codable {
        case rsa, ecdsa

        fileprivate var keyType: String { self == .rsa ? "rsa" : "ec" }
    }

    /// What is shown of one that a request had generated.
    ///
    /// There is no key: its fingerprints are generated.
    struct Generated: Sendable, Codable {
        var algorithm: Algorithm
        var fingerprintSHA256 = fingerprint(of: 32)
        var fingerprintSHA1 = fingerprint(of: 20)
        var expires: Date

        init(algorithm: Algorithm, days: Int) {
            self.algorithm = algorithm
            expires = Date(timeIntervalSinceNow: TimeInterval(days) * 86_400)
        }

        private static func fingerprint(of count: Int) -> String {
            (0..<count).map { _ in Random.hexadecimal(2) }.joined(separator: ":")
        }
    }

    var pk = UUID()
    var name: String
    var generated: Generated?

    /// The algorithm by which it signs (RFC 7518, section 3.1).
    var signatureAlgorithm: String { generated?.algorithm == .ecdsa ? "ES256" : "RS256" }

    func json(_ release: Release) -> JSONValue {
        let path = "/api/v3/crypto/certificatekeypairs/\(pk.text)"
        return [
            "pk": pk.json,
            "name": .string(name),
            "fingerprint_sha256": .string(generated?.fingerprintSHA256 ?? SigningKey.fingerprintSHA256),
            "fingerprint_sha1": .string(generated?.fingerprintSHA1 ?? SigningKey.fingerprintSHA1),
            "cert_expiry": .string(generated.map { $0.expires.formatted(.iso8601) } ?? SigningKey.expiry),
            "cert_subject": .string("OU=Self-signed,O=authentik,CN=\(name)"),
            "private_key_available": true,
            release.keyTypeField: .string((generated?.algorithm ?? .rsa).keyType),
            "certificate_download_url": .string("\(path)/view_certificate/?download"),
            "private_key_download_url": .string("\(path)/view_private_key/?download"),
            "managed": nil,
        ]
    }
}

/// The public half of an RSA key, with a certificate that it signed itself: what every sandbox shows as its own.
///
/// It was made once, and its private half was not kept: no sandbox ever signs anything. So no key has to be generated, and
/// no cryptography is built into this program. Its certificate does not expire (RFC 5280, section 4.1.2.5).
enum SigningKey {
    /// X.509 as DER, in base64: CN=authentik Self-signed Certificate, O=authentik, OU=Self-signed.
    static let certificate = """
        MIIDXTCCAkWgAwIBAgIUN5I3Uf1wD5pzuhQjrgTsOYgZdLcwDQYJKoZIhvcNAQELBQAwVjEqMCgGA1UEAwwhYXV0aGVudGlrIFNl\
        bGYtc2lnbmVkIENlcnRpZmljYXRlMRIwEAYDVQQKDAlhdXRoZW50aWsxFDASBgNVBAsMC1NlbGYtc2lnbmVkMCAXDTI1MDEwMTAw\
        MDAwMFoYDzk5OTkxMjMxMjM1OTU5WjBWMSowKAYDVQQDDCFhdXRoZW50aWsgU2VsZi1zaWduZWQgQ2VydGlmaWNhdGUxEjAQBgNV\
        BAoMCWF1dGhlbnRpazEUMBIGA1UECwwLU2VsZi1zaWduZWQwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCKBZ4e/WiW\
        EwMQV+v1zDAdxvwzEdQ+/Ylyswpeul0gX5HiBrbwQhaOkS4L334QQyB+OL19gd6npJnV4krAgg0YeZ+L9Pd/+dbcLTS1YldmEyKg\
        DnlpcP9ysS+R/Qbz2x+VPnfG24XUcVAwMEiKqqlJj8k3Zs9SSACx4kbSLqsACbvycSygAccFgjN0wCDn1dSDhxPo0wIpWTEpu6R5\
        XLCUKfwwX3KBRKqDFSPtmWUQr5QyXtdLAX7E5aGIgOWEojOce2sXWRhr6hQ3J9f+kfMpFX0SJkZrGVDKLyJeQUVrQsaAzPv9CDf7\
        kZn7i0tr2J7iSfVAdVsxvX7GBRkWOkoJAgMBAAGjITAfMB0GA1UdDgQWBBRBHRhSeg1enFBi95BP/rU6T4tzuzANBgkqhkiG9w0B\
        AQsFAAOCAQEARycm8Z3s3bTC99Me3sRZQj5gVPfEKH/kfljX5Gw05EBMJ3FMzpH1Jkt1sN8w4Za8V4SB7b+VIbiapj1+fNhRdd0F\
        wBXcnI1Jf59OlvgBttlOtuMl3z2pk0599tYkU8EhzpuWsrwMKvCl61M4f1BYIjQUlMpNn09F7Ak3Tb8o1paLehgVqSxHd/ANl28p\
        VPtw2W/BB6noi301itxcTEa1XFQbPN0KKNM4Rlpcq/jBfRsaSlTp8r7fZWPN2+Dx1ano8v3WyNePpVrkCRMEnL2dseChz+7iuonn\
        usFCkHD9rDw5jSpHgyhKyLiGtIJJ8yqWdeK28y+tcE/LAvtMJrmxXg==
        """
    /// The number in base64url, as in a JSON Web Key.
    private static let modulus = """
        igWeHv1olhMDEFfr9cwwHcb8MxHUPv2JcrMKXrpdIF-R4ga28EIWjpEuC99-EEMgfji9fYHep6SZ1eJKwIINGHmfi_T3f_nW3C00\
        tWJXZhMioA55aXD_crEvkf0G89sflT53xtuF1HFQMDBIiqqpSY_JN2bPUkgAseJG0i6rAAm78nEsoAHHBYIzdMAg59XUg4cT6NMC\
        KVkxKbukeVywlCn8MF9ygUSqgxUj7ZllEK-UMl7XSwF-xOWhiIDlhKIznHtrF1kYa-oUNyfX_pHzKRV9EiZGaxlQyi8iXkFFa0LG\
        gMz7_Qg3-5GZ-4tLa9ie4kn1QHVbMb1-xgUZFjpKCQ
        """
    static let expiry = "9999-12-31T23:59:59Z"
    static let fingerprintSHA256 =
        "ec:da:53:b6:2b:a2:79:cf:5a:4a:56:67:49:26:59:04:9f:08:04:a2:79:80:8a:36:98:89:dc:3c:25:ce:56:4d"
    static let fingerprintSHA1 = "4c:bb:8f:18:c0:e0:dd:a8:cb:15:a6:9d:87:52:ab:f5:5b:94:96:23"

    /// The key as a JSON Web Key (RFC 7517).
    static func webKey(_ release: Release) -> JSONValue {
        [
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": .string(identifier(release)),
            "n": .string(modulus),
            "e": "AQAB",
            "x5c": [.string(certificate)],
            "x5t": .string(thumbprint(fingerprintSHA1)),
            "x5t#S256": .string(thumbprint(fingerprintSHA256)),
        ]
    }

    /// What tokens name the key by: a hash of its private half, MD5 until 2026.5, SHA-512 since.
    private static func identifier(_ release: Release) -> String {
        release < .earlyMay2026
            ? "24cab02cee7be43395d21caa80988a05"
            : "HuXxINttmpCXEFdw9EMuVVInvf3iu7HGYaC0tm-xhffO9q97L7Jc5kjsE27YytbtIXV_j3Bi-bFLKX2_eMZdFw"
    }

    /// A fingerprint in base64 for URLs, without padding (RFC 4648, section 5).
    private static func thumbprint(_ fingerprint: String) -> String {
        Data(fingerprint.split(separator: ":").compactMap { UInt8($0, radix: 16) }).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
