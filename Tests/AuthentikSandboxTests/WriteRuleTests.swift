import AuthentikSandbox
import JSON
import TestSupport
import Testing

/// The sandbox refuses and takes what the rules of Authentik's write models say.
@Suite struct WriteRuleTests {
    @Test func `every rule`() async throws {
        try await Workshop.open(.august2026) { workshop in
            var number = 0
            for rule in WriteRule.all {
                guard case .checked(_, let refused, let taken) = rule.knowledge else { continue }
                for (examples, status) in [(refused, 400), (taken, 201)] {
                    for example in examples {
                        number += 1
                        let answer = try await write(example.json, rule, number, workshop)
                        #expect(answer.status == status, "\(rule.model) \(rule.field) \(example.yaml.prefix(80))")
                        guard status == 400 else { continue }
                        let field = rule.model == "RedirectURIRequest" ? "redirect_uris" : rule.field
                        #expect(
                            answer.json?.object?.keys.sorted() == [field],
                            "\(rule.field) \(example.yaml.prefix(80))"
                        )
                    }
                }
            }
        }
    }

    private func write(
        _ value: JSONValue,
        _ rule: WriteRule,
        _ number: Int,
        _ workshop: Workshop
    ) async throws -> HTTPClient.Answer {
        if rule.model == "ApplicationRequest" {
            let fields: [String: JSONValue] = ["name": "A", "slug": .string("a\(number)")]
            return try await workshop.post("core/applications/", .object(fields.merging([rule.field: value]) { $1 }))
        }
        let field = rule.model == "RedirectURIRequest" ? "redirect_uris" : rule.field
        return try await workshop.post("providers/oauth2/", workshop.provider("p\(number)", [field: value]))
    }
}
