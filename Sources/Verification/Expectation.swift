package import AuthentikAPI
package import DesiredState
import JSON
package import Kinds
package import Secrets

/// The expected login of a service that is as declared, as seen from outside.
package enum Expectation: Sendable, Equatable {
    case oidc(ExpectedLogin)
    case outpost(ExpectedOutpost)
}

/// The expected login of a service with its own OpenID Connect client.
package struct ExpectedLogin: Sendable, Equatable {
    package var slug: String
    package var clientID: String
    /// The accepted issuers; two if the file does not set an issuer mode.
    package var issuers: [String]
    package var signing: ExpectedSigning
    /// Scope names, without duplicates.
    package var scopes: [String]
    /// The redirect URI that a login is tried with: the first strict one, else the example of a pattern; nil if all are
    /// patterns without an example.
    package var redirectURI: String?
    package var secret: ExpectedSecret
    /// Where the service's own login button leads; nil if that is not checked.
    package var button: ExpectedButton?
    /// The provider that Authentik lists for it; nil if there is none.
    package var provider: OAuth2Provider?
    /// The scope names of the mappings of ``provider``.
    package var heldScopes: [String] = []
}

/// Where a service's own login button is expected to lead.
package struct ExpectedButton: Sendable, Equatable {
    /// The address of the button.
    package var url: String
    /// Authentik's authorization endpoint.
    package var authorizationURL: String
    /// The allowed redirect URIs, including patterns.
    package var redirectURIs: [RedirectURI]
}

/// How a service's tokens are expected to be signed.
package enum ExpectedSigning: Sendable, Equatable {
    /// The client secret: HS256.
    case secret
    /// A key; its algorithm and the fingerprint of its certificate are nil if Authentik does not report them.
    case key(name: String, algorithm: SigningAlgorithm?, fingerprint: String?)

    /// Nil if unknown.
    package var algorithm: SigningAlgorithm? {
        switch self {
        case .secret: .hs256
        case .key(_, let algorithm, _): algorithm
        }
    }
}

/// The client secret that Authentik is expected to have.
package enum ExpectedSecret: Sendable, Equatable {
    /// - Parameter reference: where it is stored.
    case known(Secret, reference: String)
    /// It cannot be checked, with the reason as a clause.
    case none(why: String)
    /// It is required but missing, with the reason as a clause.
    case unavailable(why: String)
}

/// What is expected of a service behind an outpost.
package struct ExpectedOutpost: Sendable, Equatable {
    package var slug: String
    /// The service's address; the outpost's own paths are below it.
    package var externalHost: String

    package init(slug: String, externalHost: String) {
        self.slug = slug
        self.externalHost = externalHost
    }
}

/// The objects in Authentik that services refer to, and their providers.
package struct SeenObjects: Sendable {
    package var release: Release
    package var providers: [OAuth2Provider]
    package var keys: [CertificateKeyPair]
    package var scopeMappings: [ScopeMapping]

    package init(
        release: Release,
        providers: [OAuth2Provider] = [],
        keys: [CertificateKeyPair] = [],
        scopeMappings: [ScopeMapping] = []
    ) {
        self.release = release
        self.providers = providers
        self.keys = keys
        self.scopeMappings = scopeMappings
    }
}

extension Service {
    /// The expected login; nil if it has none, or is declared absent.
    ///
    /// Access rules make no difference: a probe never gets that far.
    ///
    /// - Parameters:
    ///   - address: Authentik's address for browsers and services, without a trailing slash.
    ///   - declared: the scope mappings of the file.
    package func expectation(
        at address: String,
        seen: SeenObjects,
        secrets: [SecretReference: SecretLook],
        declared: [DeclaredScopeMapping] = []
    ) -> Expectation? {
        guard state == .present else { return nil }
        switch login {
        case nil: return nil
        case .forwardAuth(let forwardAuth):
            return .outpost(ExpectedOutpost(slug: slug, externalHost: forwardAuth.externalHost))
        case .oauth2(let provider):
            let own = seen.providers.first { $0.applicationSlug == slug }
            let scopes = provider.scopeReferences.map { seen.scopeName(of: $0, declared: declared) ?? $0.name }
            let login = ExpectedLogin(
                slug: slug,
                clientID: provider.clientID,
                issuers: provider.issuers(of: self, at: address),
                signing: seen.signing(of: provider),
                scopes: scopes.withoutRepetitions,
                redirectURI: provider.redirectURIs.first { $0.matching == .strict }?.url ?? provider.redirectExample,
                secret: provider.expectedSecret(secrets),
                button: loginURL.map { url in
                    ExpectedButton(
                        url: url,
                        authorizationURL: "\(address)/application/o/authorize/",
                        redirectURIs: provider.redirectURIs
                    )
                },
                provider: own,
                heldScopes: own.map(seen.scopeNames) ?? []
            )
            return .oidc(login)
        }
    }
}

extension Provider {
    fileprivate func issuers(of service: Service, at address: String) -> [String] {
        let modes = issuerMode.map { [$0] } ?? IssuerMode.allCases
        return modes.compactMap { mode in
            ClientSettings(at: address, of: service, self, issuerMode: mode, scopes: []).text(of: .issuer)
        }
    }

    fileprivate func expectedSecret(_ looks: [SecretReference: SecretLook]) -> ExpectedSecret {
        guard clientType == .confidential, let secret else { return .none(why: "a public client has no secret") }
        guard ClientCredentials.canCarry(clientID: clientID) else {
            return .none(why: "its client id contains a colon, which HTTP basic authentication cannot carry")
        }
        switch looks[secret] {
        case .present(let value, _)?: return .known(value, reference: secret.description)
        case .leftOut?, nil: return .none(why: "the secret was not looked up")
        case let look?: return .unavailable(why: look.reason ?? "the secret (\(secret)) is missing")
        }
    }
}

extension SeenObjects {
    /// How Authentik would sign with the declared key.
    fileprivate func signing(of provider: Provider) -> ExpectedSigning {
        guard case .reference(let reference)? = provider.value(of: OAuth2Provider.Row.signingKey) else {
            return .secret
        }
        // Names are not unique: only what all keys of that name have in common is known.
        let named = keys.filter { $0.name == reference.name }
        let algorithms = Set(named.map { SigningAlgorithm(keyType: $0.keyType, release) })
        return .key(
            name: reference.name,
            algorithm: algorithms.count == 1 ? algorithms.first ?? nil : nil,
            fingerprint: named.count == 1 ? named.first?.fingerprint : nil
        )
    }

    /// The scope of a mapping that a file refers to by scope, `managed` name or own name.
    fileprivate func scopeName(
        of reference: FieldValue.Reference,
        declared: [DeclaredScopeMapping]
    ) -> String? {
        let name = reference.name
        let byOwnName =
            scopeMappings.first { $0.name == name }?.scopeName
            ?? declared.first { $0.name == name }?.values.text(ScopeMapping.Row.scope)
        if reference.isByOwnName { return byOwnName }
        if scopeMappings.contains(where: { $0.scopeName == name }) { return name }
        return scopeMappings.first { $0.managed == name }?.scopeName ?? byOwnName
    }

    fileprivate func scopeNames(of provider: OAuth2Provider) -> [String] {
        let pks = Set(provider[OAuth2Provider.Row.scopes].references.map(\.pk))
        return scopeMappings.filter { pks.contains(.string($0.pk)) }.map(\.scopeName)
    }
}

extension [String] {
    fileprivate var withoutRepetitions: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
