import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// What 2026.8 and patches of older releases brought, which no recording has.
@Suite(.timeLimit(.minutes(60))) struct NewReleaseTests {
    @Test(arguments: [Sandbox.Release.may2026, .august2026])
    func `a binding tells when it goes, and goes`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            let expires = Date(timeIntervalSince1970: 4_000_000_000)
            workshop.sandbox.change { state in
                state.bind("a", to: .init(.user("bob"), order: 1), .init(.group("g"), order: 2, expires: expires))
            }
            let application = try await workshop.get("core/applications/a/").json
            let pk = try #require(application?["pk"]?.string)
            #expect(application?["pbm_uuid"]?.string == (release == .august2026 ? pk : nil))
            let list = "policies/bindings/?target=\(pk)&ordering=order"
            let rows = try await workshop.get(list).json?["results"]?.array ?? []
            if release == .august2026 {
                #expect(rows.map { $0["expires"] } == [.null, "2096-10-02T07:06:40.000000Z"])
                #expect(rows.map { $0["expiring"] } == [false, true])
            } else {
                #expect(rows.count == 2)
                #expect(rows.allSatisfy { $0["expires"] == nil && $0["expiring"] == nil })
            }

            // A change of something else leaves it a binding that goes.
            let binding = rows.last
            let change: JSONValue = [
                "target": .string(pk), "group": binding?["group"] ?? .null, "order": 3, "expires": .null,
            ]
            let path = "policies/bindings/\(binding?["pk"]?.string ?? "")/"
            #expect(try await workshop.patch(path, change).status == 200)
            #expect(workshop.sandbox.state.bindings(of: "a").last?.expires == expires)

            workshop.sandbox.change { state in
                state.bind("b", to: .init(.user("bob"), expires: Date(timeIntervalSinceNow: -1)))
            }
            #expect(try await workshop.get("core/applications/b/check_access/").json?["passing"] == true)
            #expect(workshop.sandbox.state.bindings(of: "b") == [])
            #expect(workshop.sandbox.state.bindings(of: "a").count == 2)
        }
    }

    @Test(arguments: [Sandbox.Release.december2025, .february2026, .may2026, .august2026])
    func `a secret is shown to who may change it`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            let name = "authentik_providers_oauth2"
            let reader = try await workshop.account(
                "reader",
                permissions: ["\(name).view_oauth2provider", "\(name).add_oauth2provider"]
            )
            let writer = try await workshop.account(
                "writer",
                permissions: ["\(name).view_oauth2provider", "\(name).change_oauth2provider"]
            )
            let path = "/api/v3/providers/oauth2/"
            let made = try await reader.send("POST", path, workshop.provider("a", ["client_secret": "hush"])).json
            let isShown = release == .december2025
            #expect((made?["client_secret"] == "hush") == isShown)
            #expect((made?["client_secret"] == nil) == !isShown)
            let own = path + "\(made?["pk"]?.integer ?? 0)/"
            let read = try await reader.send("GET", own).json
            #expect((read?["client_secret"] != nil) == isShown)
            let row = try await reader.send("GET", path).json?["results"]?.array?.first
            #expect(row?["client_id"] == "a")
            #expect((row?["client_secret"] != nil) == isShown)
            #expect(try await writer.send("GET", own).json?["client_secret"] == "hush")
            #expect(try await writer.send("PATCH", own, [:]).json?["client_secret"] == "hush")
        }
    }

    @Test(arguments: ["ä", "日", "a\tb", "\u{7F}"])
    func `client id and secret are of ASCII`(text: String) async throws {
        for release in [Sandbox.Release.may2026, .august2026] {
            try await Workshop.open(release) { workshop in
                let wrong = JSONValue.string("a\(text)b")
                let fields = ["client_id": wrong, "client_secret": wrong]
                let answer = try await workshop.post("providers/oauth2/", workshop.provider("a", fields))
                if release == .may2026 { return #expect(answer.status == 201) }
                #expect(answer.status == 400)
                #expect(
                    answer.json == [
                        "client_id": ["Client ID must consist of only ASCII characters."],
                        "client_secret": ["Client secret must consist of only ASCII characters."],
                    ]
                )
                let printable: [String: JSONValue] = ["client_id": "! ~", "client_secret": "! ~"]
                #expect(try await workshop.post("providers/oauth2/", workshop.provider("b", printable)).status == 201)
            }
        }
    }

    @Test func `an error that is not handled is 500 to every method`() async throws {
        try await Workshop.open(.august2026) { workshop in
            let made = try await workshop.post("providers/oauth2/", workshop.provider("a"))
            let path = "providers/oauth2/\(made.json?["pk"]?.integer ?? 0)/"
            let poison: JSONValue = ["redirect_uris": [["url": "https://a.example.org/"]]]
            let answer = try await workshop.patch(path, poison)
            #expect(answer.status == 500)
            #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
            #expect(answer.headers["allow"] == nil)
            // It is stored all the same.
            #expect(try await workshop.get(path).status == 500)
        }
    }

    @Test func `there is an eighth grant type`() async throws {
        let word: JSONValue = "urn:ietf:params:oauth:grant-type:token-exchange"
        try await Workshop.open(.august2026) { workshop in
            let provider = workshop.provider("a", ["grant_types": [word]])
            let made = try await workshop.post("providers/oauth2/", provider).json
            #expect(made?["grant_types"] == [word])
        }
    }

    @Test(arguments: [Sandbox.Release.december2025, .may2026, .august2026])
    func `the installation's flag closes what nothing guards`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            _ = try await workshop.post("core/applications/", ["name": "A", "slug": "a"])
            let path = "admin/settings/"
            // What nobody set is not shown.
            #expect(try await workshop.get(path).json?["flags"] == [:])
            let off: JSONValue = ["flags": ["core_default_app_access": false]]
            let changed = try await workshop.patch(path, off)
            guard release >= .may2026 else { return #expect(changed.status == 501) }
            #expect(changed.json?["flags"] == off["flags"])
            #expect(try await workshop.get(path).json == changed.json)
            let check = "core/applications/a/check_access/"
            #expect(try await workshop.get(check).json?["passing"] == false)
            #expect(try await workshop.count("core/applications/?superuser_full_list=true") == 1)
            #expect(try await workshop.get("core/applications/").json?["results"] == [])
            let wrong = try await workshop.patch(path, ["flags": ["core_default_app_access": "no"]])
            #expect(
                wrong.json == ["flags": ["Value for flag core_default_app_access needs to be of type bool."]]
            )
            #expect(try await workshop.patch(path, ["flags": [:]]).status == 200)
            #expect(try await workshop.get(check).json?["passing"] == true)
        }
    }
}
