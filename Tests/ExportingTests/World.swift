import AuthentikAPI
import DesiredState
import Exporting
import Kinds
import Planning
import Secrets

/// A small Authentik, to be bent by each case.
struct World {
    var observed: ObservedState
    var bindings: [PolicyBinding] = []
    var entitlements: [ApplicationEntitlement] = []

    /// An application with its provider.
    struct Pair {
        var application: Application
        var provider: OAuth2Provider?
    }

    init() {
        guard let release = Release("2025.12.4") else { preconditionFailure("no release") }
        observed = ObservedState(
            release: release,
            flows: [
                Flow(pk: "flow-implicit", slug: ProgramDefaults.authorizationFlow),
                Flow(pk: "flow-explicit", slug: "explicit"),
                Flow(pk: "flow-invalidation", slug: ProgramDefaults.invalidationFlow),
            ],
            keys: [CertificateKeyPair(pk: "key", name: ProgramDefaults.signingKey)],
            scopeMappings: ["openid", "email", "profile", "offline_access"].map {
                ScopeMapping(
                    pk: "scope-\($0)",
                    name: "OpenID '\($0)'",
                    scopeName: $0,
                    managed: "goauthentik.io/providers/oauth2/scope-\($0)"
                )
            }
        )
    }

    static var may2026: Release {
        guard let release = Release("2026.5.8") else { preconditionFailure("no release") }
        return release
    }

    mutating func add(_ pair: Pair) {
        observed.applications.append(pair.application)
        if let provider = pair.provider { observed.providers.append(provider) }
    }

    mutating func change(_ slug: String, _ change: (inout Application, inout OAuth2Provider?) -> Void) {
        guard let index = observed.applications.firstIndex(where: { $0.slug == slug }) else { return }
        let pk = observed.applications[index].provider
        let place = observed.providers.firstIndex { $0.pk == pk }
        var provider = place.map { observed.providers[$0] }
        change(&observed.applications[index], &provider)
        if let place, var provider {
            if observed.applications[index].provider != pk { provider.applicationSlug = nil }
            observed.providers[place] = provider
        }
    }

    mutating func mark(_ slug: String, _ mark: OwnershipMark) {
        observed.marks.append(
            ObservedMark(
                pk: "mark-\(slug)",
                application: "app-\(slug)",
                attributes: mark.attributes
            )
        )
    }

    mutating func unmark() { observed.marks = [] }

    func export(_ scope: Export.Scope) -> Export {
        Export(
            scope,
            of: observed,
            bindings: bindings,
            entitlements: entitlements,
            address: "https://sso.example.net"
        )
    }

    /// The plan of an export, its secrets at hand; nil if it does not load.
    func plan(_ export: Export) -> Plan? {
        let source = DesiredStateLoader.Source(path: "export.yaml", bytes: Array(export.text.utf8))
        guard let desired = DesiredStateLoader.load(sources: [source]).state else { return nil }
        let bySlug = Dictionary(observed.providers.map { ($0.applicationSlug ?? "", $0) }, uniquingKeysWith: { $1 })
        var secrets: [SecretReference: SecretLook] = [:]
        for service in desired.services {
            guard let reference = service.provider?.secret, let secret = bySlug[service.slug]?.clientSecret
            else { continue }
            secrets[reference] = .present(secret)
        }
        var observed = observed
        observed.fillAccess(from: bindings)
        return Planner.plan(desired, secrets: secrets, observed: observed)
    }
}

extension World.Pair {
    static var grafana: Self {
        var pair = client("grafana", pk: 1)
        pair.application.name = "Grafana"
        pair.application.launchURL = "https://sso.example.net:8444"
        pair.provider?.redirectURIs = [
            .init(matchingMode: "strict", url: "https://sso.example.net:8444/login/generic_oauth")
        ]
        return pair
    }

    static var docs: Self {
        var application = Application(pk: "app-docs", slug: "docs", name: "Homelab Docs")
        application.launchURL = "https://sso.example.net:8080"
        return Self(application: application)
    }

    static var elsewhere: Self {
        var pair = client("elsewhere", pk: 3)
        pair.application["group"] = .text("yes")
        pair.application["openInNewTab"] = .flag(true)
        pair.application.launchURL = "https://elsewhere.example.org/start"
        pair.provider?.name = "Provider for Elsewhere"
        pair.provider?.clientID = "4711"
        pair.provider?.clientType = "public"
        pair.provider?.redirectURIs = [
            .init(matchingMode: "strict", url: "https://elsewhere.example.org/callback"),
            .init(matchingMode: "regex", url: "https://.*\\.example\\.org/"),
        ]
        pair.provider?["scopes"] = .references(pks: ["scope-offline_access", "scope-openid"])
        pair.provider?["authorizationFlow"] = .reference(pk: "flow-explicit")
        pair.provider?["accessTokenValidity"] = .duration("minutes=5")
        pair.provider?["subjectMode"] = .text("user_email")
        pair.provider?["includeClaimsInIDToken"] = .flag(false)
        return pair
    }

    /// All as this program, and Authentik, have it by default.
    static func client(_ slug: String, pk: Int) -> Self {
        var provider = OAuth2Provider(pk: pk, name: slug, clientID: slug)
        provider.clientSecret = Secret("secret-of-\(slug)")
        provider.redirectURIs = [.init(matchingMode: "strict", url: "https://\(slug).example.net/callback")]
        provider["scopes"] = .references(pks: ["scope-profile", "scope-openid", "scope-email"])
        provider["signingKey"] = .reference(pk: "key")
        provider["authorizationFlow"] = .reference(pk: "flow-implicit")
        provider["invalidationFlow"] = .reference(pk: "flow-invalidation")
        provider["accessCodeValidity"] = .duration("minutes=1")
        provider["accessTokenValidity"] = .duration("minutes=60")
        provider["refreshTokenValidity"] = .duration("days=30")
        provider["subjectMode"] = .text("hashed_user_id")
        provider["issuerMode"] = .text("per_provider")
        provider["includeClaimsInIDToken"] = .flag(true)
        provider["logoutURI"] = .text("")
        provider["logoutMethod"] = .text("backchannel")
        provider.applicationSlug = slug
        return Self(
            application: Application(pk: "app-\(slug)", slug: slug, name: slug, provider: pk),
            provider: provider
        )
    }
}
