import AuthentikAPI
import Exporting
import Foundation
import JSON
import Kinds
import Planning
import Testing

/// A field of one of Authentik's models, and what an export says of it when it is not at its default.
struct ModelField: Sendable, CustomTestStringConvertible {
    enum Model: String, Sendable {
        case application, provider
    }

    enum Fate: Sendable {
        /// This is in the file, and a plan of it changes nothing.
        case declared(String)
        /// This is in a comment.
        case comment(String)
        /// Nobody can set it, or another field says it.
        case derived
    }

    var model: Model
    var name: String
    /// What a new object has.
    var standard: JSONValue
    /// Something else.
    var other: JSONValue
    var fate: Fate
    var since: String
    var until: String

    init(
        _ model: Model,
        _ name: String,
        _ standard: JSONValue = nil,
        _ other: JSONValue = nil,
        _ fate: Fate = .derived,
        since: String = "2024.12",
        until: String = "9999.12"
    ) {
        self.model = model
        self.name = name
        self.standard = standard
        self.other = other
        self.fate = fate
        self.since = since
        self.until = until
    }

    var testDescription: String { "\(model.rawValue).\(name)" }

    func exists(in release: String) -> Bool {
        guard let release = Release(release), let since = Release(since), let until = Release(until) else {
            return false
        }
        return since <= release && release < until
    }
}

/// The models as their OpenAPI documents have them, release by release.
extension ModelField {
    static let all = applicationFields + providerFields

    private static let applicationFields = [
        ModelField(.application, "pk", "app-grafana"),
        ModelField(.application, "pbm_uuid", since: "2026.8"),
        ModelField(.application, "name", "grafana", "Dashboards", .declared("name: Dashboards")),
        ModelField(.application, "slug", "grafana", "metrics", .declared("- slug: metrics")),
        ModelField(.application, "provider", 1, 99, .comment("which a file cannot declare")),
        ModelField(.application, "provider_obj"),
        ModelField(.application, "backchannel_providers", []),
        ModelField(
            .application,
            "backchannel_providers_obj",
            [],
            [["name": "Sync", "verbose_name": "SCIM Provider"]],
            .comment("1 backchannel provider: 'Sync'")
        ),
        ModelField(.application, "launch_url"),
        ModelField(.application, "open_in_new_tab", false, true, .declared("openInNewTab: true")),
        ModelField(
            .application,
            "meta_launch_url",
            "",
            "https://g.example.net/start",
            .declared("launchURL: https://g.example.net/start")
        ),
        ModelField(.application, "meta_icon", nil, "fa://fa-book", .comment("its icon"), until: "2025.12"),
        ModelField(
            .application,
            "meta_icon",
            "",
            "fa://fa-book",
            .declared("icon: fa://fa-book"),
            since: "2025.12"
        ),
        ModelField(.application, "meta_icon_url", since: "2025.12"),
        ModelField(.application, "meta_icon_themed_urls", since: "2025.12"),
        ModelField(.application, "meta_description", "", "Panels", .declared("description: Panels")),
        ModelField(.application, "meta_publisher", "", "Labs", .declared("publisher: Labs")),
        ModelField(.application, "policy_engine_mode", "any", "all", .comment("its policy engine mode, 'all'")),
        ModelField(.application, "group", "", "Apps", .declared("group: Apps")),
        ModelField(.application, "meta_hide", false, true, .declared("hidden: true"), since: "2026.5"),
    ]

    private static let providerFields = [
        ModelField(.provider, "pk", 1),
        ModelField(.provider, "name", "grafana", "Provider for it", .declared("providerName: Provider for it")),
        ModelField(
            .provider,
            "authentication_flow",
            nil,
            "flow-explicit",
            .declared("authenticationFlow: explicit")
        ),
        ModelField(
            .provider,
            "authorization_flow",
            "flow-implicit",
            "flow-explicit",
            .declared("authorizationFlow: explicit")
        ),
        ModelField(
            .provider,
            "invalidation_flow",
            "flow-invalidation",
            "flow-explicit",
            .declared("invalidationFlow: explicit")
        ),
        ModelField(
            .provider,
            "property_mappings",
            ["scope-openid", "scope-email", "scope-profile"],
            ["scope-openid", "scope-offline_access"],
            .declared("scopes: [openid, offline_access]")
        ),
        ModelField(.provider, "component"),
        ModelField(.provider, "assigned_application_slug", "grafana"),
        ModelField(.provider, "assigned_application_name", "grafana"),
        ModelField(.provider, "assigned_backchannel_application_slug"),
        ModelField(.provider, "assigned_backchannel_application_name"),
        ModelField(.provider, "verbose_name"),
        ModelField(.provider, "verbose_name_plural"),
        ModelField(.provider, "meta_model_name"),
        ModelField(.provider, "client_type", "confidential", "public", .declared("clientType: public")),
        ModelField(.provider, "client_id", "grafana", "4711", .declared("clientID: '4711'")),
        // It is in no file; the variable that is to hold it is, whatever it is.
        ModelField(.provider, "client_secret", "secret-of-grafana"),
        ModelField(
            .provider,
            "access_code_validity",
            "minutes=1",
            "minutes=2",
            .declared("accessCodeValidity: minutes=2")
        ),
        ModelField(
            .provider,
            "access_token_validity",
            "hours=1",
            "hours=1.5",
            .declared("accessTokenValidity: hours=1.5")
        ),
        ModelField(
            .provider,
            "refresh_token_validity",
            "days=30",
            "days=7",
            .declared("refreshTokenValidity: days=7")
        ),
        ModelField(
            .provider,
            "refresh_token_threshold",
            "seconds=0",
            "days=1",
            .declared("refreshTokenThreshold: days=1"),
            since: "2025.10"
        ),
        ModelField(
            .provider,
            "include_claims_in_id_token",
            true,
            false,
            .declared("includeClaimsInIDToken: false")
        ),
        ModelField(.provider, "signing_key", "key", "curve", .declared("signingKey: Curve  # ES256")),
        ModelField(.provider, "encryption_key", nil, "curve", .declared("encryptionKey: Curve")),
        ModelField(
            .provider,
            "redirect_uris",
            [["matching_mode": "strict", "url": "https://grafana.example.net/callback"]],
            [["matching_mode": "strict", "url": "https://grafana.example.net/other"]],
            .declared("- https://grafana.example.net/other")
        ),
        ModelField(
            .provider,
            "backchannel_logout_uri",
            "",
            "https://g.example.net/out",
            .comment("its backchannel logout URI"),
            since: "2025.8",
            until: "2025.10"
        ),
        ModelField(
            .provider,
            "logout_uri",
            "",
            "https://g.example.net/out",
            .declared("logoutURI: https://g.example.net/out"),
            since: "2025.10"
        ),
        ModelField(
            .provider,
            "logout_method",
            "backchannel",
            "frontchannel",
            .declared("logoutMethod: frontchannel"),
            since: "2025.10"
        ),
        ModelField(.provider, "sub_mode", "hashed_user_id", "user_email", .declared("subjectMode: user_email")),
        ModelField(.provider, "issuer_mode", "per_provider", "global", .declared("issuerMode: global")),
        ModelField(
            .provider,
            "jwt_federation_sources",
            [],
            ["00000000-0000-0000-0000-000000000001"],
            .comment("its jwtFederation.sources: a file cannot name '00000000-0000-0000-0000-000000000001'")
        ),
        ModelField(
            .provider,
            "jwt_federation_providers",
            [],
            [1, 99],
            .comment("its jwtFederation.providers: a file cannot name '99'")
        ),
        ModelField(
            .provider,
            "grant_types",
            ["authorization_code", "refresh_token"],
            ["implicit"],
            .declared("grantTypes: [implicit]"),
            since: "2026.5"
        ),
    ]
}

/// Nothing of an application or provider is left out of an export in silence.
@Suite struct ModelFieldTests {
    /// How many fields the models have.
    static let counts: [(release: String, application: Int, provider: Int)] = [
        ("2024.12.5", 15, 28), ("2025.4.4", 15, 28), ("2025.8.6", 15, 29), ("2025.10.4", 15, 31),
        ("2025.12.6", 17, 31), ("2026.2.7", 17, 31), ("2026.5.8", 18, 32), ("2026.8.5", 19, 32),
    ]

    @Test(arguments: counts)
    func theTableHasEveryField(_ release: String, _ application: Int, _ provider: Int) {
        let fields = ModelField.all.filter { $0.exists(in: release) }
        #expect(fields.filter { $0.model == .application }.count == application)
        #expect(fields.filter { $0.model == .provider }.count == provider)
    }

    @Test(arguments: counts.map(\.release))
    func atTheirDefaultsNothingIsSaid(_ release: String) throws {
        let export = try export(release, changing: nil)
        #expect(
            export.text.hasSuffix(
                """
                services:
                  - slug: grafana
                    redirectURIs:
                      - https://grafana.example.net/callback
                    secretRef: {env: GRAFANA_CLIENT_SECRET}

                # 1 application: 1 service.

                """
            )
        )
    }

    @Test(arguments: counts.map(\.release), ModelField.all)
    func whatIsNotAtItsDefaultIsDeclaredOrAComment(_ release: String, _ field: ModelField) throws {
        guard field.exists(in: release) else { return }
        let export = try export(release, changing: field)
        #expect(!export.text.contains("secret-of-grafana"))
        switch field.fate {
        case .derived: break
        case .declared(let text):
            #expect(export.text.split(separator: "\n").contains { $0.hasSuffix(text) && !$0.contains("# \(text)") })
            #expect(export.declared == 1)
        case .comment(let text):
            #expect(export.text.split(separator: "\n").contains { $0.contains("# ") && $0.contains(text) })
        }
        #expect(export.problems == [])
    }

    /// By hand; the mark is none of them.
    @Test func entitlementsAreAComment() {
        var world = World()
        world.add(.grafana)
        world.mark("grafana", OwnershipMark(owner: "homelab", slug: "grafana", provider: 1))
        world.entitlements = [
            ("m", OwnershipMark.entitlementName, "app-grafana"), ("b", "viewer", "app-grafana"),
            ("a", "admin", "app-grafana"), ("c", "foreign", "app-else"),
        ].map { ApplicationEntitlement(pk: $0, name: $1, application: $2, attributes: [:]) }
        let text = world.export(.marked(owner: "homelab")).text
        #expect(text.contains("# cannot be expressed: 2 application entitlements: 'admin', 'viewer'\n"))
        #expect(!text.contains("foreign"))
    }

    /// A service whose every field is as Authentik makes it, but one.
    private func export(_ release: String, changing field: ModelField?) throws -> Export {
        func object<Row: JSONReadable>(_ model: ModelField.Model) throws -> Row {
            var members: [String: JSONValue] = [:]
            for row in ModelField.all where row.model == model && row.exists(in: release) {
                members[row.name] = row.standard
            }
            if let field, field.model == model, case .derived = field.fate {
            } else if let field, field.model == model {
                members[field.name] = field.other
            }
            return try Row(try JSONElement(parsing: JSONValue.object(members).serialized()))
        }
        var world = World()
        world.observed.release = try #require(Release(release))
        world.observed.keys = [
            CertificateKeyPair(pk: "key", name: "authentik Self-signed Certificate", keyType: "rsa"),
            CertificateKeyPair(pk: "curve", name: "Curve", keyType: "ec"),
        ]
        world.observed.applications = [try object(.application)]
        world.observed.providers = [try object(.provider)]
        let export = world.export(.all(owner: "homelab"))
        #expect(world.plan(export)?.services.allSatisfy { $0.changes.isEmpty } == true)
        return export
    }
}
