import AuthentikAPI
import DesiredState
import Kinds
import Secrets
import Testing

@testable import Planning

/// A secret that Authentik does not show: same, different, or not compared.
@Suite struct HiddenSecretTests {
    private static let remark =
        "its secret could not be compared: Authentik does not show it to this account (needs the permission "
        + "authentik_providers_oauth2.change_oauth2provider)"

    /// Grafana as it is declared, but for its secret, which is not shown.
    private static func world(_ proof: SecretProof? = nil) -> World {
        var world = World(.grafana())
        world.converge(.grafana())
        world.observed.providers[0].clientSecret = nil
        if let hidden = world.plan.services[0].hiddenSecret, let proof { world.observed.secretProofs[hidden] = proof }
        return world
    }

    @Test func `a plan asks for a probe of it`() throws {
        let service = try #require(Self.world().plan.services.first)
        let hidden = try #require(service.hiddenSecret)
        #expect(hidden == HiddenSecret(provider: 7, clientID: "grafana", declared: Secret("grafana-secret")))
        #expect(service.decision == .inSync)
        #expect(service.notes == [Self.remark])
    }

    @Test func `the right one is as declared`() {
        let service = Self.world(.right).plan.services[0]
        #expect(service.decision == .inSync)
        #expect(service.notes == [])
        #expect(service.hiddenSecret == nil)
    }

    @Test func `the wrong one is set`() {
        let service = Self.world(.wrong).plan.services[0]
        #expect(service.decision == .update)
        #expect(service.changes.map(\.field) == ["client_secret"])
        #expect(service.changes.map(\.isSecret) == [true])
        #expect(service.reason == "clientSecret differs")
        #expect(service.notes == [])
    }

    @Test func `where the probe told nothing it is not compared, and that is said`() {
        let service = Self.world(.unknown(reason: "answered 503")).plan.services[0]
        #expect(service.decision == .inSync)
        let reason = ", and the probe at /application/o/revoke/ gave no clear answer: answered 503"
        #expect(service.notes == [Self.remark + reason])
    }

    @Test func `a proof of another secret proves nothing`() {
        var world = Self.world(.right)
        world.secrets[.environment("GRAFANA")] = .present(Secret("rotated"))
        #expect(world.plan.services[0].hiddenSecret?.declared == Secret("rotated"))
        #expect(world.plan.services[0].notes == [Self.remark])
    }

    @Test(
        arguments: [
            ("public", "grafana", "grafana", "it is a public client"),
            ("confidential", nil, "grafana", "it is not linked to an application"),
            ("confidential", "grafana", "urn:grafana", "its client id contains a colon"),
        ] as [(String, String?, String, String)]
    )
    func `of some no probe can tell`(_ type: String, _ application: String?, _ clientID: String, _ obstacle: String) {
        var world = Self.world()
        world.observed.providers[0].clientType = type
        world.observed.providers[0].applicationSlug = application
        world.observed.providers[0].clientID = clientID
        let service = world.plan.services[0]
        #expect(service.hiddenSecret?.obstacle == obstacle)
        #expect(service.notes.contains(Self.remark + ", and no probe can tell: \(obstacle)"))
        #expect(!service.changes.contains { $0.field == "client_secret" })
    }

    @Test func `nothing is asked of a secret that is shown, or was left out`() {
        var shown = World(.grafana())
        shown.converge(.grafana())
        #expect(shown.plan.services[0].hiddenSecret == nil)
        var leftOut = Self.world()
        leftOut.secrets[.environment("GRAFANA")] = .leftOut
        #expect(leftOut.plan.services[0].hiddenSecret == nil)
        #expect(leftOut.plan.services[0].notes == [])
    }
}
