import AuthentikAPI
import Base
import DesiredState
import Kinds
import Planning
import Testing

/// Scope mappings of one scope name, of which a provider has one and the file says another.
@Suite struct ScopeSwapTests {
    private func swapped(managed: String? = nil, _ release: String = "2025.12.4") -> World {
        var world = World(.grafana())
        world.observed.release = World.release(release)
        world.observed.scopeMappings.append(
            ScopeMapping(pk: "own-email", name: "Own email", scopeName: "email", managed: managed)
        )
        world.converge(.grafana())
        world.changeProviders { $0["scopes"] = .references(pks: ["scope-openid", "own-email", "scope-profile"]) }
        return world
    }

    @Test func aSwappedMappingIsRemovedAndAdded() throws {
        let plan = try #require(swapped().plan.services.first)
        let record = ChangeRecord(try #require(plan.changes.first))
        #expect(record.before == ["openid", "email (Own email)", "profile"])
        #expect(record.after == ["openid", "email (OpenID 'email')", "profile"])
        #expect(record.elements.removed == ["email (Own email)"])
        #expect(record.elements.added == ["email (OpenID 'email')"])
        #expect(
            plan.notes == [
                "the scope 'email' may carry other claims after this change: its mapping 'OpenID 'email'' is added, its mapping "
                    + "'Own email' is removed; since 2025.10 Authentik's own mapping says that addresses are not verified "
                    + "(email_verified: false); to keep 'Own email', write '{mapping: Own email}' in scopes"
            ]
        )
    }

    @Test func theNoteSaysHowToKeepIt() throws {
        let note = try #require(swapped(managed: "example.net/email").plan.services.first?.notes.first)
        #expect(note.hasSuffix("to keep 'Own email', write 'example.net/email' in scopes"))
    }

    @Test func anEmptyManagedNameIsNone() throws {
        let note = try #require(swapped(managed: "").plan.services.first?.notes.first)
        #expect(note.hasSuffix("to keep 'Own email', write '{mapping: Own email}' in scopes"))
    }

    @Test func theBuiltInOneSaidSomethingElseBefore() throws {
        let note = try #require(swapped("2025.8.4").plan.services.first?.notes.first)
        #expect(note.contains("'Own email' is removed"))
        #expect(!note.contains("email_verified"))
    }

    @Test func theSwapIsShownTheOtherWayRound() throws {
        var world = swapped(managed: "example.net/email")
        world.services[0].provider?.scopes = ["openid", "example.net/email", "profile"]
        world.changeProviders { $0["scopes"] = .references(pks: ["scope-openid", "scope-email", "scope-profile"]) }
        let plan = try #require(world.plan.services.first)
        let record = ChangeRecord(try #require(plan.changes.first))
        #expect(record.elements.removed == ["email (OpenID 'email')"])
        #expect(record.elements.added == ["email (Own email)"])
        #expect(plan.notes.first?.contains("email_verified") == false)
    }

    @Test func aSecondMappingOfTheNameThatGoesIsSaid() throws {
        var world = swapped()
        world.changeProviders {
            $0["scopes"] = .references(pks: ["scope-openid", "scope-email", "own-email", "scope-profile"])
        }
        let plan = try #require(world.plan.services.first)
        let record = ChangeRecord(try #require(plan.changes.first))
        #expect(record.elements.removed == ["email (Own email)"])
        #expect(record.elements.added == [])
        #expect(plan.notes.first?.contains("its mapping 'Own email' is removed") == true)
    }

    /// A file may call a mapping by its `managed` name.
    @Test func whatStaysIsNoChangeByAnotherName() throws {
        var world = World(.grafana())
        world.converge(.grafana())
        world.services[0].provider?.scopes = ["goauthentik.io/providers/oauth2/scope-email", "openid"]
        let change = try #require(world.plan.services.first?.changes.first)
        let elements = ChangeRecord(change).elements
        #expect(elements.kept == ["email", "openid"])
        #expect(elements.removed == ["profile"])
        #expect(elements.added == [])
    }

    @Test func otherMappingsOfTheNameThatNobodyHasAreNoMatter() throws {
        var world = swapped()
        world.changeProviders { $0["scopes"] = .references(pks: ["scope-openid", "scope-email"]) }
        let plan = try #require(world.plan.services.first)
        #expect(ChangeRecord(try #require(plan.changes.first)).before == ["openid", "email"])
        #expect(plan.notes == [])
    }

    @Test func anAdoptionThatIsRefusedSaysItToo() throws {
        var world = swapped()
        world.removeMark(of: "grafana")
        world.services[0].adopt = .matching
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .conflict)
        #expect(plan.notes.first?.contains("'Own email' is removed") == true)
    }
}
