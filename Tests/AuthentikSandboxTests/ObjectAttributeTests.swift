import AuthentikSandbox
import JSON
import Testing

/// What an administrator wants of the attributes of entitlements.
@Suite(.timeLimit(.minutes(60))) struct ObjectAttributeTests {
    private static let path = "core/application_entitlements/"

    /// - Returns: the key of a new application.
    private func application(_ workshop: Workshop, _ slug: String = "a") async throws -> JSONValue {
        let made = try await workshop.post("core/applications/", ["name": .string(slug), "slug": .string(slug)])
        return try #require(made.json?["pk"])
    }

    @Test func `a required one is missed in every write, also in one without attributes`() async throws {
        try await Workshop.open(.august2026) { workshop in
            let app = try await application(workshop)
            let made = try await workshop.post(Self.path, ["name": "m", "app": app, "attributes": ["owner": "me"]])
            let own = Self.path + (try #require(made.json?["pbm_uuid"]?.string)) + "/"
            workshop.sandbox.change { $0.addEntitlementAttribute("team", isRequired: true) }
            let refusal: JSONValue = ["attributes_team": ["This field is required."]]
            let bodies: [JSONValue] = [
                ["name": "n"], ["attributes": ["owner": "you"]], ["attributes": ["team": nil]],
            ]
            for body in bodies {
                let answer = try await workshop.patch(own, body)
                #expect(answer.status == 400)
                #expect(answer.json == refusal)
            }
            #expect(try await workshop.post(Self.path, ["name": "o", "app": app]).json == refusal)
            #expect(try await workshop.get(own).json?["attributes"] == ["owner": "me"])
            let attributes: JSONValue = ["owner": "you", "team": "red"]
            let taken = try await workshop.patch(own, ["attributes": attributes])
            #expect(taken.json?["attributes"] == attributes)
            workshop.sandbox.change { $0.removeEntitlementAttribute("team") }
            #expect(try await workshop.patch(own, ["name": "n"]).status == 200)
        }
    }

    @Test func `a pattern and uniqueness are asked of a value that is there`() async throws {
        try await Workshop.open(.august2026) { workshop in
            workshop.sandbox.change { state in
                state.addEntitlementAttribute("cost.center", isUnique: true, pattern: "[0-9]{4}")
            }
            let app = try await application(workshop)
            func make(_ name: String, _ attributes: JSONValue) async throws -> HTTPClient.Answer {
                try await workshop.post(Self.path, ["name": .string(name), "app": app, "attributes": attributes])
            }
            #expect(try await make("a", [:]).status == 201)
            let odd = try await make("b", ["cost": ["center": "x"]])
            #expect(odd.json == ["attributes_cost.center": ["Value does not match configured pattern."]])
            #expect(try await make("b", ["cost": ["center": "1234"]]).status == 201)
            let same = try await make("c", ["cost": ["center": "1234"]])
            #expect(same.json == ["attributes_cost.center": ["Value is not unique."]])
            #expect(try await make("c", ["cost": ["center": "1235"]]).status == 201)
        }
    }

    @Test(arguments: Sandbox.Release.allCases.filter { $0 < .august2026 })
    func `older releases know none`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            workshop.sandbox.change { $0.addEntitlementAttribute("team", isRequired: true) }
            let app = try await application(workshop)
            #expect(try await workshop.post(Self.path, ["name": "m", "app": app]).status == 201)
        }
    }
}
