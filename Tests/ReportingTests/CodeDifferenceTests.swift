import AuthentikAPI
import JSON
import Kinds
import Testing

@testable import Applying
@testable import Planning
@testable import Reporting

/// Code that changes is shown line by line.
@Suite(.timeLimit(.minutes(60))) struct CodeDifferenceTests {
    private static func change(_ before: String?, _ after: String) -> FieldChange {
        let before = before.map(FieldValue.text)
        return FieldChange(object: .mapping, field: "expression", before: before, after: .text(after))
    }

    private static func plan(_ changes: FieldChange...) -> Plan {
        let name = SharedName(.scopeMapping, "Own email")
        var plan = Plan(services: [])
        plan.shared = [
            SharedObjectPlan(
                name,
                pk: "p",
                .update,
                reason: "expression differs",
                changes: changes,
                effect: .create([])
            )
        ]
        return plan
    }

    private static let before = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\nreturn a"
    private static let after = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\ng = 7\n\treturn a"

    @Test func `a terminal shows what goes and comes, and what is beside it`() {
        let change = Self.change(Self.before, Self.after)
        let scope = FieldChange(object: .mapping, field: "scope_name", before: .text("mail"), after: .text("email"))
        let text = PlanText(style: GoldenTests.plain, isVerbose: false).render(
            SamplePlan.result(Self.plan(scope, change))
        )
        #expect(
            text.contains(
                """
                Scope mappings
                  ~ Own email  update  expression differs
                      mapping      scope       mail → email
                                   expression    …
                                                 d = 4
                                                 e = 5
                                               - f = 6
                                               - return a
                                               + g = 7
                                               + ⇥   return a
                """
            ),
            "\(text)"
        )
    }

    @Test func `a comment does, too`() {
        let text = PlanMarkdown(isVerbose: false).render(
            SamplePlan.result(Self.plan(Self.change("return 1", "return 2")))
        )
        #expect(
            text.contains(
                """
                #### Scope mappings: 1

                - **update** `Own email`
                  ```diff
                  @@ mapping @@
                  - expression  return 1
                  + expression  return 2
                  ```
                """
            ),
            "\(text)"
        )
        let long = Array(repeating: "pass", count: 150).joined(separator: "\n")
        let cut = PlanMarkdown(isVerbose: false).render(SamplePlan.result(Self.plan(Self.change(nil, long))))
        #expect(cut.contains("… and 50 more lines"))
    }

    @Test func `one that is new has all its lines`() {
        let text = PlanText(style: GoldenTests.plain, isVerbose: false)
            .render(SamplePlan.result(Self.plan(Self.change(nil, "a = 1\n\nreturn a\u{1B}[0m"))))
        #expect(text.contains("expression  + a = 1\n"))
        #expect(text.contains("+ return a"))
        #expect(!text.contains("\u{1B}"))
    }

    @Test func `lines may end in two characters, and blanks are not a tab`() {
        let text = PlanText(style: GoldenTests.plain, isVerbose: false).render(
            SamplePlan.result(
                Self.plan(Self.change("if 1:\r\n\treturn {}\r\nreturn {}", "if 1:\n    return {}\nreturn {}"))
            )
        )
        #expect(text.contains("expression    if 1:\n"), "\(text)")
        #expect(text.contains(" - ⇥   return {}\n"), "\(text)")
        #expect(text.contains(" +     return {}\n"), "\(text)")
        #expect(text.contains("   return {}\n\n") && !text.contains("u{d}"), "\(text)")
    }

    @Test func `machines get both texts`() throws {
        let record = SamplePlan.record(Self.plan(Self.change("return 1", "return 2")))
        let json = try JSONValue(parsing: Array(JSONText.of(record).utf8))
        let change = try #require(json["scopeMappings"]?.array?.first?["changes"]?.array?.first)
        #expect(change["before"] == ["return 1"])
        #expect(change["after"] == ["return 2"])
    }
}
