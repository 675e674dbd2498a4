import AuthentikAPI

extension OAuth2Provider {
    /// The fields that a file can set.
    package static let fields = FieldTable(
        [
            .providerName,
            FieldSpec(
                "clientType",
                "client_type",
                .choice(ClientType.allCases.map(\.rawValue)),
                .managed(.text(ClientType.confidential.rawValue)),
                absent: .text(ClientType.confidential.rawValue),
                doc: "Whether the client has a client secret (confidential) or not (public). confidential unless given."
            ),
            FieldSpec(
                "clientID",
                "client_id",
                .text(.clientID),
                .managed(.slug),
                absent: .text(""),
                isDefaultable: false,
                doc: "The OAuth2 client id, printable ASCII. The service's slug unless given."
            ),
            FieldSpec(
                "secretRef",
                "client_secret",
                .secret,
                .required,
                doc:
                    "Where to read the client secret: an environment variable, a file, or a key of a Kubernetes Secret. Required for "
                    + "confidential clients; public clients have none."
            ),
            FieldSpec(
                "redirectURIs",
                "redirect_uris",
                .redirectURIs,
                .required,
                absent: .redirectURIs([]),
                doc:
                    "Where logins may return to, in addition to redirectPath and redirectPaths: whole URLs, or {url, matching: regex} "
                    + "with a Python regular expression that must match the whole URI."
            ),
            FieldSpec(
                "logoutRedirectURIs",
                "logout_redirect_uris",
                .logoutRedirectURIs,
                .optional(.value(.redirectURIs([]))),
                since: Release(2026, 5),
                absent: .redirectURIs([]),
                doc:
                    "Where the browser may be sent after a logout, in the form of redirectURIs; [] for none, which is Authentik's "
                    + "default and disables the check (since 2026.5.3). Since 2026.5."
            ),
            FieldSpec(
                "scopes",
                "property_mappings",
                .references(.scopeMapping),
                .managed(.value(.references(ProgramDefaults.scopes.map { .init(named: $0) }))),
                absent: .references([]),
                doc:
                    "The scopes that the client may request: scope names, {mapping: NAME} for a scope mapping by its own name, or "
                    + "a mapping's managed name. openid, email and profile unless given."
            ),
            FieldSpec(
                "signingKey",
                "signing_key",
                .reference(.certificate),
                .managed(.named(ProgramDefaults.signingKey)),
                doc:
                    "The name of the certificate whose key signs tokens: RS256 with an RSA key, ES256 with an EC key, EdDSA "
                    + "with an Ed25519 or Ed448 key (since 2026.2); or none, to sign them with the client secret "
                    + "(HS256). '\(ProgramDefaults.signingKey)' unless given."
            ),
            FieldSpec(
                "encryptionKey",
                "encryption_key",
                .reference(.certificate),
                .optional(.none),
                doc: "The name of the certificate whose key encrypts tokens, or none, which is Authentik's default."
            ),
            .authorizationFlow,
            .invalidationFlow,
            .authenticationFlow,
            FieldSpec(
                "accessCodeValidity",
                "access_code_validity",
                .duration,
                .optional(.duration("minutes=1")),
                doc:
                    "How long an authorization code is valid, as in 'minutes=1;seconds=30'. Authentik's default is minutes=1."
            ),
            FieldSpec(
                "accessTokenValidity",
                "access_token_validity",
                .duration,
                .optional(.duration("hours=1")),
                doc: "How long an access token is valid, as in 'hours=1;minutes=30'. Authentik's default is hours=1."
            ),
            FieldSpec(
                "refreshTokenValidity",
                "refresh_token_validity",
                .duration,
                .optional(.duration("days=30")),
                doc: "How long a refresh token is valid, as in 'days=30'. Authentik's default is days=30."
            ),
            FieldSpec(
                "refreshTokenThreshold",
                "refresh_token_threshold",
                .duration,
                .optional(.duration("seconds=0")),
                since: Release(2025, 10),
                doc: "A refresh also renews the refresh token if it is valid for less than this, as in 'hours=1'. "
                    + "Authentik's default is seconds=0, which always renews it. Since 2025.10."
            ),
            FieldSpec(
                "subjectMode",
                "sub_mode",
                .choice(["hashed_user_id", "user_id", "user_uuid", "user_username", "user_email", "user_upn"]),
                .optional(.text("hashed_user_id")),
                doc: "The content of the sub claim of tokens. Authentik's default is hashed_user_id."
            ),
            FieldSpec(
                "issuerMode",
                "issuer_mode",
                .choice(IssuerMode.allCases.map(\.rawValue)),
                .optional(.text(IssuerMode.perProvider.rawValue)),
                doc:
                    "Whether all providers share one issuer (global) or each has its own (per_provider). Authentik's default is "
                    + "per_provider."
            ),
            FieldSpec(
                "includeClaimsInIDToken",
                "include_claims_in_id_token",
                .flag,
                .optional(.flag(true)),
                doc:
                    "Whether the ID token contains the claims of the scopes, for clients that do not use the userinfo endpoint. "
                    + "Authentik's default is true."
            ),
            FieldSpec(
                "logoutURI",
                "logout_uri",
                .text(.logoutURI),
                .optional(.text("")),
                since: Release(2025, 10),
                doc:
                    "The URL that Authentik notifies of a logout; empty for none, which is Authentik's default. Since 2025.10."
            ),
            FieldSpec(
                "logoutMethod",
                "logout_method",
                .choice(["backchannel", "frontchannel"]),
                .optional(.text("backchannel")),
                since: Release(2025, 10),
                doc:
                    "How the logout URI is called: by Authentik itself (backchannel) or through the browser (frontchannel). "
                    + "Authentik's default is backchannel. Since 2025.10."
            ),
            // The candidate of 2026.5 accepts grant types but does not store them. In later releases, nobody can log in
            // through a provider that was created without them.
            FieldSpec(
                "grantTypes",
                "grant_types",
                .words(grantTypes + [tokenExchange]),
                .optional(.words(["authorization_code", "refresh_token"])),
                isSentOnCreate: true,
                since: Release(2026, 5),
                mayBeUnknown: true,
                migrated: .words(grantTypes),
                laterWords: [tokenExchange: Release(2026, 8)],
                doc:
                    "The OAuth2 grants that the client may use. A new provider gets authorization_code and refresh_token unless given. "
                    + "Since 2026.5; \(tokenExchange) since 2026.8."
            ),
            FieldSpec(
                "jwtFederation.providers",
                "jwt_federation_providers",
                .references(.provider),
                .optional(.value(.references([]))),
                absent: .references([]),
                doc:
                    "The slugs of applications, of this file or not, whose providers' tokens this provider accepts "
                    + "(client_credentials with a client assertion). [] for none, which is Authentik's default."
            ),
            FieldSpec(
                "jwtFederation.sources",
                "jwt_federation_sources",
                .references(.source),
                .optional(.value(.references([]))),
                absent: .references([]),
                doc:
                    "The slugs of OAuth sources whose tokens this provider accepts. [] for none, which is "
                    + "Authentik's default."
            ),
        ],
        readFirst: ["redirectURIs", "logoutRedirectURIs", "providerName", "clientID", "clientType"]
    )

    /// The grant types of 2026.5.
    private static let grantTypes = [
        "authorization_code", "implicit", "hybrid", "refresh_token", "client_credentials", "password",
        "urn:ietf:params:oauth:grant-type:device_code",
    ]

    /// Exchanges tokens of another client (RFC 8693).
    private static let tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"

    /// The rows that the code uses by name.
    package enum Row {
        package static let name = fields["providerName"]
        package static let clientType = fields["clientType"]
        package static let clientID = fields["clientID"]
        package static let clientSecret = fields["secretRef"]
        package static let redirectURIs = fields["redirectURIs"]
        package static let logoutRedirectURIs = fields["logoutRedirectURIs"]
        package static let scopes = fields["scopes"]
        package static let signingKey = fields["signingKey"]
        package static let issuerMode = fields["issuerMode"]
        package static let federatedProviders = fields["jwtFederation.providers"]
        package static let federatedSources = fields["jwtFederation.sources"]
    }
}

/// The program's defaults for an OIDC service, the same as in Authentik's own web form.
package enum ProgramDefaults {
    package static let signingKey = "authentik Self-signed Certificate"
    package static let authorizationFlow = "default-provider-authorization-implicit-consent"
    package static let invalidationFlow = "default-provider-invalidation-flow"
    package static let scopes = ["openid", "email", "profile"]
}

/// Whether a client can keep a secret (RFC 6749, section 2.1).
///
/// Raw values are Authentik's.
package enum ClientType: String, Sendable, CaseIterable {
    case confidential
    case `public`
}

/// Whether all providers share one issuer.
///
/// Raw values are Authentik's.
package enum IssuerMode: String, Sendable, CaseIterable {
    case global
    case perProvider = "per_provider"
}
