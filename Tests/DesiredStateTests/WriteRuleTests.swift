import DesiredState
import FoundationEssentials
import JSON
import Kinds
import TestSupport
import Testing

/// What Authentik refuses is a mistake in the file: each rule of its write models is known beforehand, or named as one
/// that cannot be.
struct WriteRuleTests {
    private static let folder = "\(#filePath.dropLast("DesiredStateTests/WriteRuleTests.swift".count))Fixtures"

    private func fixture(_ name: String) throws -> JSONValue {
        let bytes = try #require(FileManager.default.contents(atPath: "\(Self.folder)/\(name)"))
        return try JSONValue(parsing: bytes)
    }

    @Test func `the rules name every field of the models`() throws {
        let models = try #require(try fixture("write-fields.json").object)
        let fields = models.flatMap { model, fields in (fields.object ?? [:]).keys.map { "\(model).\($0)" } }
        #expect(WriteRule.all.map { "\($0.model).\($0.field)" }.sorted() == fields.sorted())
    }

    @Test func `a field with a constraint has values that break it`() throws {
        let models = try fixture("write-fields.json")
        for rule in WriteRule.all {
            let facts = try #require(models[rule.model]?[rule.field]?.object)
            switch rule.knowledge {
            case .checked(_, let refused, let taken):
                #expect(!refused.isEmpty && !taken.isEmpty, "\(rule.field)")
                // A word that any release lists is a value, one that none lists is refused.
                let words = (facts["enum"]?.array ?? []).flatMap { $0.array ?? [] }.compactMap(\.string)
                let texts = refused.compactMap(\.json.string)
                #expect(Set(words).isDisjoint(with: texts), "\(rule.field)")
                if facts["minLength"] != nil, rule.model != "RedirectURIRequest" { #expect(texts.contains("")) }
                if let length = facts["maxLength"]?.array?.last?.integer, length > 50 {
                    #expect(texts.contains { $0.count == length + 1 }, "\(rule.field)")
                }
            case .lookedUp: #expect(facts["format"] == ["uuid"] || rule.field == "property_mappings")
            case .secret, .notInTheFile: break
            case .anything: #expect(Set(facts.keys) == ["since"], "\(rule.field)")
            }
        }
    }

    @Test func `what Authentik refuses is an error, what it takes is none`() throws {
        for rule in WriteRule.all {
            switch rule.knowledge {
            case .checked(let name, let refused, let taken):
                for example in refused { expect(errors(name, example).isEmpty == false, name, example) }
                for example in taken { expect(errors(name, example) == [], name, example) }
            case .anything(let name):
                for example in ["", "x", "日本語 ‐ é", "a: b # c"] as [WriteRule.Example] {
                    expect(errors(name, example) == [], name, example)
                }
            case .lookedUp, .secret, .notInTheFile: break
            }
        }
    }

    private func expect(_ isRight: Bool, _ name: String, _ example: WriteRule.Example) {
        #expect(isRight, "\(name): \(example.yaml.prefix(80)): \(errors(name, example))")
    }

    /// A service of which one field has that value.
    private func errors(_ name: String, _ example: WriteRule.Example) -> [String] {
        var fields = ["slug": "grafana", "port": "8444", "redirectPath": "/login", "secretRef": "{env: SECRET}"]
        fields[name] = example.yaml
        let lines = fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "\n")
        let result = DesiredStateLoader.load(.service(lines))
        return result.diagnostics.filter { $0.severity == .error }.map(\.message)
    }

    @Test func `no URL passes that Authentik refuses`() throws {
        let rows = try #require(try fixture("urls.json").array)
        for row in rows {
            let url = try #require(row.array?.first?.string)
            let verdicts = try #require(row.array?.dropFirst().map(\.bool))
            for (name, isTaken) in zip(["logoutURI", "launchURL"], verdicts) where isTaken == false {
                #expect(!errors(name, WriteRule.Example(url)).isEmpty, "\(name): \(url)")
            }
        }
    }

    @Test(arguments: [
        "https://x.net", "https://x.net:10/", "https://x.net:65535", "https://%(username)s.x.net:8443/a",
        "https://a%(username)s.x.net", "https://%(username)s", "https://[::1]:8443/x", "https://x.net/@me",
    ])
    func `a launch URL that Authentik takes passes`(url: String) {
        #expect(errors("launchURL", WriteRule.Example(url)) == [])
    }

    @Test func `a port of one digit makes no launch URL`() throws {
        let bookmark = MarkedText.bookmark("port: ▲9")
        let message = "service 'docs': port 9 makes a launch URL that Authentik rejects"
        try Mistake.error(bookmark, message, "set a launchURL, or 'launchURL: blank://blank' for none").check()
        let client = MarkedText.service(
            "slug: a\nport: 9\nlaunchURL: blank://blank\nredirectPath: /cb\nsecretRef: {env: S}"
        )
        let result = DesiredStateLoader.load(client)
        #expect(result.diagnostics == [])
        let uris = result.state?.services.first?.provider?.redirectURIs
        #expect(uris == [RedirectURI("https://sso.example.net:9/cb")])
    }

    @Test func `an icon for each theme may be refused`() throws {
        let input = MarkedText.bookmark("port: 8443\nicon: ▲'icons/%(theme)s.svg'")
        try Mistake.warning(input, "service 'docs': icon has the placeholder %(theme)s in it").check()
    }

    @Test(arguments: [
        ("grafäna", true), ("a\u{A0}b", true), ("two words", true), ("~", false),
    ])
    func `a client id is of ASCII`(id: String, isWrong: Bool) throws {
        let quoted = WriteRule.Example(id).yaml
        guard isWrong else { return #expect(errors("clientID", WriteRule.Example(id)) == []) }
        let result = DesiredStateLoader.load(.oidc("clientID: ▲\(quoted)"))
        #expect(result.diagnostics.count == 1)
        #expect(result.diagnostics.first?.column == 15)
        #expect(
            result.diagnostics.first?.message.contains("clientID has a character that is not allowed in a client id")
                == true
        )
    }

    @Test(arguments: ["clientID: ▲grafäna", "clientID: ▲\"grafa\u{308}na\""])
    func `a client id that is not, and its place`(field: String) throws {
        let hint = "use only ASCII letters, digits and punctuation, without spaces"
        try Mistake.error(
            .oidc(field),
            "service 'grafana': clientID has a character that is not allowed in a client id",
            hint
        )
        .check()
    }

    @Test(arguments: [
        ("days=2900000", true), ("days=2900001", false), ("weeks=500000", false), ("seconds=250560000000", true),
        ("seconds=250560000001", false), ("hours=1;days=2900000", false),
    ])
    func `a duration ends before the year 9999`(text: String, isTaken: Bool) {
        let errors = errors("accessTokenValidity", WriteRule.Example(text))
        #expect(errors == (isTaken ? [] : ["service 'grafana': accessTokenValidity is too long"]))
    }
}
