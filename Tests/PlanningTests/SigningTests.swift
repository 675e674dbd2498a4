import AuthentikAPI
import Base
import DesiredState
import Kinds
import Planning
import Testing

/// What tokens are signed with, wherever a key appears or changes.
@Suite struct SigningTests {
    private func world(keyType: String?, _ release: String = "2025.12.4") -> World {
        var world = World(.grafana())
        world.observed.release = World.release(release)
        world.observed.keys = [CertificateKeyPair(pk: "key", name: ProgramDefaults.signingKey, keyType: keyType)]
        return world
    }

    private func signingKey(_ plan: ServicePlan) throws -> ChangeRecord {
        ChangeRecord(try #require(plan.changes.first { $0.field == "signing_key" }))
    }

    @Test(arguments: [
        ("rsa", "2024.12.5", "RS256"), ("ec", "2025.12.4", "ES256"), ("ed25519", "2026.2.7", "EdDSA"),
        ("ed448", "2026.8.5", "EdDSA"),
    ])
    func aNewServicesAlgorithmIsSaid(_ type: String, _ release: String, _ algorithm: String) throws {
        let plan = try #require(world(keyType: type, release).plan.services.first)
        #expect(plan.decision == .create)
        let record = try signingKey(plan)
        #expect(record.after == [ProgramDefaults.signingKey])
        #expect(record.algorithm?.before == nil)
        #expect(record.algorithm?.after == algorithm)
        #expect(record.shownAfter == ["\(ProgramDefaults.signingKey) (\(algorithm))"])
    }

    @Test func aServiceMayHaveNoKey() throws {
        var world = world(keyType: "rsa")
        world.services[0].provider?["signingKey"] = FieldValue.none
        let record = try signingKey(try #require(world.plan.services.first))
        #expect(record.shownAfter == ["(none, HS256)"])
        world.converge(.grafana())
        let plan = try #require(world.plan.services.first)
        #expect(try signingKey(plan).shownBefore == ["\(ProgramDefaults.signingKey) (RS256)"])
        #expect(plan.notes.first?.hasPrefix("its tokens will be signed with HS256 instead of RS256") == true)
        world.changeProviders { $0["signingKey"] = .none }
        #expect(try #require(world.plan.services.first).changes.isEmpty)
    }

    @Test func anAdoptedProviderWithoutAKeyIsSaidToChange() throws {
        var world = world(keyType: "rsa")
        world.converge(.grafana())
        world.removeMark(of: "grafana")
        world.changeProviders { $0["signingKey"] = .none }
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .adopt)
        let record = try signingKey(plan)
        #expect(record.before == [])
        #expect(record.shownBefore == ["(none, HS256)"])
        #expect(record.shownAfter == ["\(ProgramDefaults.signingKey) (RS256)"])
        #expect(
            plan.notes == [
                "its tokens will be signed with RS256 instead of HS256; the service must accept that"
            ]
        )
    }

    @Test func aKeyOfAnotherKindIsSaidToChange() throws {
        var world = world(keyType: "rsa")
        world.observed.keys.append(CertificateKeyPair(pk: "ec", name: "Curve", keyType: "ec"))
        world.converge(.grafana())
        world.services[0].provider?["signingKey"] = .reference(.init(named: "Curve"))
        let plan = try #require(world.plan.services.first)
        #expect(try signingKey(plan).algorithm?.before == "RS256")
        #expect(plan.notes.first?.hasPrefix("its tokens will be signed with ES256 instead of RS256") == true)
    }

    @Test func aKeyOfTheSameKindIsNotSaidToChange() throws {
        var world = world(keyType: "rsa")
        world.observed.keys.append(CertificateKeyPair(pk: "new", name: "New", keyType: "rsa"))
        world.converge(.grafana())
        world.services[0].provider?["signingKey"] = .reference(.init(named: "New"))
        let plan = try #require(world.plan.services.first)
        #expect(try signingKey(plan).elements.added == ["New (RS256)"])
        #expect(plan.notes == [])
    }

    @Test(arguments: [("ed25519", "2025.12.4"), ("dsa", "2026.8.5")])
    func aKeyThatTheReleaseDoesNotSignWithIsSaid(_ type: String, _ release: String) throws {
        let plan = try #require(world(keyType: type, release).plan.services.first)
        #expect(try signingKey(plan).algorithm == nil)
        #expect(
            plan.notes == [
                "Authentik \(release) does not sign tokens with keys of the type '\(type)', which "
                    + "'\(ProgramDefaults.signingKey)' has"
            ]
        )
    }

    @Test func whereTheKindIsNotKnownNothingIsSaid() throws {
        let plan = try #require(world(keyType: nil).plan.services.first)
        #expect(try signingKey(plan).shownAfter == [ProgramDefaults.signingKey])
        #expect(plan.notes == [])
    }
}
