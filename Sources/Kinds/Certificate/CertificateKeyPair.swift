package import AuthentikAPI
package import JSON

/// A certificate with its private key, as `/crypto/certificatekeypairs/` shows it; never the key itself.
package struct CertificateKeyPair: Sendable, Equatable, ListedObject {
    package var pk: String
    package var name: String
    /// `rsa`, `ec`, `ed25519`, …; nil if the release does not report it.
    package var keyType: String?
    /// SHA-256 of the certificate, as in `4c:bb:8f:…`; nil if not reported.
    package var fingerprint: String?

    package var key: String { pk }

    package init(pk: String, name: String, keyType: String? = nil, fingerprint: String? = nil) {
        self.pk = pk
        self.name = name
        self.keyType = keyType
        self.fingerprint = fingerprint
    }

    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read("pk")
        name = try json.read("name")
        // Releases before 2025.12 use the second name.
        let typeName = json["key_type"]?.isNull ?? true ? "private_key_type" : "key_type"
        keyType = try json.readIfPresent(typeName)
        fingerprint = try json.readIfPresent("fingerprint_sha256")
    }
}

extension Kind {
    /// Certificates are only referenced; their names are not unique.
    package static let certificate = Kind(
        "certificate",
        .keys,
        identity: ["name"],
        ownership: .others,
        requests: [RequestUse("GET", .keys, "find the keys of providers")]
    )
}

extension Endpoint {
    package static let keys = Endpoint(
        "crypto/certificatekeypairs",
        ObjectModel("authentik_crypto", "certificatekeypair")
    )
}

extension AuthentikClient {
    /// All certificates that have a private key.
    package func keys() async throws -> [CertificateKeyPair] {
        try await list(Kind.certificate.endpoint, query: [("has_key", "true")])
    }
}
