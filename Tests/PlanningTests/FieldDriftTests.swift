import AuthentikAPI
import DesiredState
import Kinds
import Planning
import Secrets
import Testing

/// One managed field that somebody changed behind the program's back.
struct DriftCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bend: @Sendable (inout World) -> Void
    /// The fields that are planned to change; none if it is no difference.
    var changes: [String]

    init(_ name: String, _ changes: String..., bend: @escaping @Sendable (inout World) -> Void) {
        testDescription = name
        self.changes = changes
        self.bend = bend
    }
}

@Suite struct FieldDriftTests {
    static let drifts = [
        DriftCase("redirect URI", "provider.redirect_uris") {
            $0.changeProviders { $0.redirectURIs = [.init(matchingMode: "strict", url: "https://evil")] }
        },
        DriftCase("redirect URI added", "provider.redirect_uris") {
            $0.changeProviders { $0.redirectURIs.append(.init(matchingMode: "strict", url: "https://evil")) }
        },
        DriftCase("redirect URI as a pattern", "provider.redirect_uris") {
            $0.changeProviders { $0.redirectURIs[0].matchingMode = "regex" }
        },
        DriftCase("client secret", "provider.client_secret") {
            $0.changeProviders { $0.clientSecret = Secret("other") }
        },
        DriftCase("client id", "provider.client_id") { $0.changeProviders { $0.clientID = "other" } },
        // To the eye, and to Swift, nothing changed.
        DriftCase("redirect URI in another normal form", "provider.redirect_uris") {
            $0.services[0].provider?.redirectURIs = [RedirectURI("https://caf\u{E9}")]
            $0.changeProviders { $0.redirectURIs = [.init(matchingMode: "strict", url: "https://cafe\u{301}")] }
        },
        DriftCase("client secret in another normal form", "provider.client_secret") {
            $0.secrets[.environment("GRAFANA")] = .present(Secret("caf\u{E9}"))
            $0.changeProviders { $0.clientSecret = Secret("cafe\u{301}") }
        },
        DriftCase("client type", "provider.client_type") { $0.changeProviders { $0.clientType = "public" } },
        DriftCase("signing key gone", "provider.signing_key") { $0.changeProviders { $0["signingKey"] = .none } },
        DriftCase("scope missing", "provider.property_mappings") {
            $0.changeProviders { $0["scopes"] = .references($0["scopes"].references.dropLast()) }
        },
        DriftCase("scope too many", "provider.property_mappings") {
            $0.changeProviders {
                $0["scopes"] = .references($0["scopes"].references + [.init(pk: "scope-offline_access")])
            }
        },
        DriftCase("wrong authorization flow", "provider.authorization_flow") {
            $0.changeProviders { $0["authorizationFlow"] = .reference(pk: "flow-explicit") }
        },
        DriftCase("wrong invalidation flow", "provider.invalidation_flow") {
            $0.changeProviders { $0["invalidationFlow"] = .reference(pk: "flow-explicit") }
        },
        DriftCase("provider renamed", "provider.name") { $0.changeProviders { $0.name = "other" } },
        DriftCase("application renamed", "application.name") { $0.changeApplications { $0.name = "Other" } },
        DriftCase("group", "application.group") { $0.changeApplications { $0["group"] = .text("") } },
        DriftCase("launch URL", "application.meta_launch_url") { $0.changeApplications { $0.launchURL = "" } },
        DriftCase("icon", "application.meta_icon") { $0.services[0]["icon"] = .text("fa://fa-book") },
        DriftCase("description", "application.meta_description") {
            $0.services[0]["description"] = .text("Dashboards")
        },
        DriftCase("publisher", "application.meta_publisher") { $0.services[0]["publisher"] = .text("Grafana Labs") },
        DriftCase("open in new tab", "application.open_in_new_tab") { $0.services[0]["openInNewTab"] = .flag(true) },
        DriftCase("access token validity", "provider.access_token_validity") {
            $0.services[0].provider?["accessTokenValidity"] = .duration("minutes=61")
        },
        DriftCase("grant types emptied", "provider.grant_types") {
            $0.observed.release = World.release("2026.8.0")
            $0.changeProviders { $0["grantTypes"] = .words([]) }
        },
    ]

    @Test(arguments: drifts)
    func driftIsMendedByThatFieldAlone(_ row: DriftCase) throws {
        let service = try bent(row)
        #expect(service.changedFields == row.changes)
        #expect(service.writeSummaries.contains { $0.hasSuffix(": \(service.changes[0].field)") })
    }

    static let equivalents = [
        DriftCase("order of scopes") {
            $0.changeProviders { $0["scopes"] = .references($0["scopes"].references.reversed()) }
        },
        DriftCase("order of redirect URIs") {
            $0.services[0].provider?.redirectURIs.append(RedirectURI("https://b"))
            $0.changeProviders { $0.redirectURIs.insert(.init(matchingMode: "strict", url: "https://b"), at: 0) }
        },
        DriftCase("a redirect URI twice") { $0.changeProviders { $0.redirectURIs.append($0.redirectURIs[0]) } },
        DriftCase("the type of a redirect URI said") {
            $0.changeProviders { $0.redirectURIs[0].type = "authorization" }
        },
        DriftCase("a logout URI beside") {
            $0.changeProviders {
                $0.redirectURIs.append(.init(matchingMode: "strict", url: "https://out", type: "logout"))
            }
        },
        DriftCase("white space around a text") { $0.services[0]["group"] = .text(" Apps\n") },
        DriftCase("white space around the secret") {
            $0.secrets[.environment("GRAFANA")] = .present(Secret("grafana-secret\n"))
        },
        DriftCase("an equivalent duration") {
            $0.services[0].provider?["accessTokenValidity"] = .duration("minutes=60")
        },
        DriftCase("a duration with a fraction") {
            $0.services[0].provider?["accessTokenValidity"] = .duration("hours=1.5")
            $0.changeProviders { $0["accessTokenValidity"] = .duration("minutes=90") }
        },
        DriftCase("a secret that this release hides") { $0.changeProviders { $0.clientSecret = nil } },
        DriftCase("a field that is not declared") {
            $0.changeApplications { ($0["icon"], $0["openInNewTab"]) = (.text("fa://x"), .flag(true)) }
            $0.changeProviders {
                ($0["subjectMode"], $0["refreshTokenValidity"]) = (.text("user_email"), .duration("days=1"))
            }
        },
        DriftCase("an icon that the release does not take") {
            $0.observed.release = World.release("2024.12.5")
            $0.services[0]["icon"] = .text("fa://fa-book")
        },
        DriftCase("grant types that the release keeps to itself") {
            $0.observed.release = World.release("2026.5.0-rc1")
            $0.services[0].provider?["grantTypes"] = .words(["authorization_code"])
            $0.changeProviders { $0["grantTypes"] = .none }
        },
        DriftCase("all grant types where none are declared") {
            $0.observed.release = World.release("2026.8.0")
            $0.changeProviders { $0["grantTypes"] = .words(["implicit", "password"]) }
        },
    ]

    @Test(arguments: equivalents)
    func equivalentsAreNoDifference(_ row: DriftCase) throws {
        #expect(try bent(row).changedFields == [])
    }

    @Test func aPublicClientsSecretIsNeverComparedNorSent() throws {
        var service = Service.grafana()
        service.provider?.clientType = .public
        service.provider?.secret = nil
        var world = World(service)
        world.converge(service)
        world.changeProviders { ($0.clientType, $0.clientSecret) = ("public", Secret("whatever")) }
        let converged = try #require(world.plan.services.first)
        #expect(converged.changedFields == [])
        world.removeApplication("grafana")
        world.removeProvider(7)
        let created = try #require(world.plan.services.first)
        #expect(!created.changedFields.contains("provider.client_secret"))
    }

    @Test(arguments: [("2025.12.4", false), ("2026.5.0-rc1", true), ("2026.8.1", true)])
    func aNewProviderGetsGrantTypesWhereTheReleaseTakesThem(_ release: String, _ isSent: Bool) throws {
        var world = World(.grafana())
        world.observed.release = World.release(release)
        let change = try #require(world.plan.services.first).changes.first { $0.field == "grant_types" }
        #expect(change.map(\.after.shown) == (isSent ? ["authorization_code", "refresh_token"] : nil))
    }

    @Test func aLogoutURIStaysWhenTheOthersAreMended() throws {
        var world = World(.grafana())
        world.converge(.grafana())
        world.changeProviders {
            $0.redirectURIs = [.init(matchingMode: "strict", url: "https://out", type: "logout")]
        }
        let change = try #require(world.plan.services.first?.changes.first)
        #expect(
            change.after.shown == [
                "strict https://host:8444/login/generic_oauth", "strict https://out (logout)",
            ]
        )
    }

    @Test func noSecretIsInWhatAPlanShows() {
        var world = World(.grafana())
        world.converge(.grafana())
        world.changeProviders { $0.clientSecret = Secret("theirs-in-clear") }
        var dumped = ""
        dump(world.plan, to: &dumped)
        dumped += String(reflecting: world.plan) + "\(world.plan)"
        #expect(!dumped.contains("grafana-secret"))
        #expect(!dumped.contains("theirs-in-clear"))
    }

    private func bent(_ row: DriftCase) throws -> ServicePlan {
        var world = World(.grafana())
        world.converge(.grafana())
        row.bend(&world)
        return try #require(world.plan.services.first)
    }
}
