import AuthentikSandbox
import Foundation
import JSON
import Testing

/// Every answer of the sandbox, object by object, against what the release's document states.
@Suite(.timeLimit(.minutes(60))) struct ModelTests {
    @Test(arguments: Sandbox.Release.allCases)
    func `every answer is made of what the release states`(_ release: Sandbox.Release) async throws {
        try await Workshop.open(release) { workshop in
            var journey = ModelJourney(workshop, facts: try ModelFacts(release))
            try await journey.make()
            try await journey.look()
            try await journey.change()
            try await journey.delete()
            #expect(journey.mistakes == [])
            #expect(journey.unanswered == [])
            // There are no service connections and themed icons here, and groups are not shown with their relatives.
            let never: Set = ["RelatedGroup", "ServiceConnection", "ThemedUrls"]
            #expect(journey.facts.unseen.subtracting(never) == [])
        }
    }

    /// The fields that take one of a few words, of what can be written.
    private static let choices: [(object: String, field: String, path: String)] = [
        ("Application", "policy_engine_mode", "core/applications/a/"),
        ("OAuth2Provider", "client_type", "providers/oauth2/{}/"),
        ("OAuth2Provider", "grant_types", "providers/oauth2/{}/"),
        ("OAuth2Provider", "issuer_mode", "providers/oauth2/{}/"),
        ("OAuth2Provider", "logout_method", "providers/oauth2/{}/"),
        ("OAuth2Provider", "sub_mode", "providers/oauth2/{}/"),
    ]

    @Test(arguments: Sandbox.Release.allCases)
    func `exactly the words that the release states are taken`(_ release: Sandbox.Release) async throws {
        let facts = try ModelFacts(release)
        let newest = try ModelFacts(.august2026)
        try await Workshop.open(release) { workshop in
            let provider = "\(try await workshop.makeService("a").integer ?? 0)"
            for choice in Self.choices {
                let path = choice.path.replacing("{}", with: provider)
                let isList = choice.field == "grant_types"
                let known = facts.words(of: choice.field, in: choice.object)
                for word in try #require(newest.words(of: choice.field, in: choice.object)) + ["other"] {
                    let value: JSONValue = isList ? [.string(word)] : .string(word)
                    let answer = try await workshop.patch(path, [choice.field: value])
                    // A field that the release does not have is ignored.
                    #expect(answer.status == (known?.contains(word) ?? true ? 200 : 400), "\(choice.field) \(word)")
                    if known == nil { #expect(answer.json?[choice.field] == nil) }
                }
            }
        }
    }
}
