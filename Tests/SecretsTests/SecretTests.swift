import Testing

@testable import Secrets

@Suite("A secret")
struct SecretTests {
    private static let value = "c0rrect-horse"

    private struct Holder {
        var name = "grafana"
        var secret: Secret
        var more: [Secret]
        var perhaps: Secret?
        var byName: [String: Secret]
    }

    private enum Choice {
        case one(Secret)
        case two(Secret, named: String)
    }

    /// Ways in which a value may come to be seen, each with a secret deep inside.
    static let sightings: [(String, @Sendable (Secret) -> String)] = [
        ("print", { secret in printed { print(secret, to: &$0) } }),
        ("debugPrint", { secret in printed { debugPrint(secret, to: &$0) } }),
        ("interpolation", { "\($0)" }),
        ("String(describing:)", { String(describing: $0) }),
        ("String(reflecting:)", { String(reflecting: $0) }),
        ("dump", { dumped($0) }),
        ("dump of its mirror", { dumped(Mirror(reflecting: $0)) }),
        ("children of its mirror", { "\(Mirror(reflecting: $0).children.map(\.value))" }),
        ("an optional", { "\(Optional($0) as Any)" }),
        ("an array", { "\([$0, $0])" }),
        ("a set", { "\(Set([$0]))" }),
        ("a dictionary", { "\(["a": $0])" }),
        ("a tuple", { "\(($0, 1))" }),
        ("a struct, described", { "\(holder($0))" }),
        ("a struct, reflected", { String(reflecting: holder($0)) }),
        ("a struct, dumped", { dumped(holder($0)) }),
        ("an enum, described", { "\(Choice.one($0)) \(Choice.two($0, named: "x"))" }),
        ("an enum, dumped", { dumped([Choice.one($0), .two($0, named: "x")]) }),
        ("a result", { "\(Result<Secret, any Error>.success($0))" }),
        ("an existential", { "\($0 as Any) \($0 as any Sendable)" }),
    ]

    @Test("never shows", arguments: sightings.indices)
    func hidden(index: Int) {
        let (name, sight) = Self.sightings[index]
        #expect(!sight(Secret(Self.value)).contains("rrect"), "\(name)")
    }

    @Test("says that it is one")
    func description() {
        #expect("\(Secret(Self.value))" == "(secret)")
        #expect(String(reflecting: Secret("")) == "(secret)")
    }

    @Test("gives its value when asked")
    func exposed() {
        #expect(Secret(Self.value).exposed == Self.value)
    }

    @Test("is equal to another of the same value")
    func equality() {
        #expect(Secret("a") == Secret("a"))
        #expect(Secret("a") != Secret("b"))
    }

    @Test(
        "is told from what a stranger sends",
        arguments: ["", "a", "secreT", "Secret", "secret ", "secret\0", "secretsecret", "s\u{E9}cret", "se\u{301}cret"]
    )
    func isSent(text: String) {
        #expect(!Secret("secret").isSent(as: text))
        #expect(Secret(text).isSent(as: text))
        #expect(Secret(text).isSent(as: "Bearer \(text)".dropFirst(7)))
    }

    private static func holder(_ secret: Secret) -> Holder {
        Holder(secret: secret, more: [secret], perhaps: secret, byName: ["a": secret])
    }

    private static func dumped(_ value: Any) -> String {
        printed { dump(value, to: &$0) }
    }

    private static func printed(_ body: (inout String) -> Void) -> String {
        var text = ""
        body(&text)
        return text
    }
}
