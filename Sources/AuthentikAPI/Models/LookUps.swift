/// A flow, as `/flows/instances/` shows it.
package struct Flow: Sendable, Equatable, ListedObject {
    package var pk: String
    package var slug: String

    package var key: String { pk }

    package init(pk: String, slug: String) {
        self.pk = pk
        self.slug = slug
    }
}

/// A certificate with its private key, as `/crypto/certificatekeypairs/` shows it; never the key itself.
package struct CertificateKeyPair: Sendable, Equatable, ListedObject {
    package var pk: String
    package var name: String
    /// `rsa`, `ec`, `ed25519`, …; nil where a release does not say it.
    package var keyType: String?

    package var key: String { pk }

    package init(pk: String, name: String, keyType: String? = nil) {
        self.pk = pk
        self.name = name
        self.keyType = keyType
    }

    private enum CodingKeys: String, CodingKey {
        case pk, name
        case keyType = "key_type"
        /// The same before 2025.12.
        case privateKeyType = "private_key_type"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        pk = try values.decode(String.self, forKey: .pk)
        name = try values.decode(String.self, forKey: .name)
        keyType =
            try values.decodeIfPresent(String.self, forKey: .keyType)
            ?? values.decodeIfPresent(String.self, forKey: .privateKeyType)
    }
}

/// A scope mapping, as `/propertymappings/provider/scope/` shows it.
package struct ScopeMapping: Sendable, Equatable, ListedObject {
    package var pk: String
    package var name: String
    /// Not unique.
    package var scopeName: String
    /// The unique name of what Authentik itself brings: `goauthentik.io/providers/oauth2/scope-openid`.
    package var managed: String?

    package var key: String { pk }

    package init(pk: String, name: String, scopeName: String, managed: String? = nil) {
        self.pk = pk
        self.name = name
        self.scopeName = scopeName
        self.managed = managed
    }

    private enum CodingKeys: String, CodingKey {
        case pk, name, managed
        case scopeName = "scope_name"
    }
}
