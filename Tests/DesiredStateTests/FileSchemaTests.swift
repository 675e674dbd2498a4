import FoundationEssentials
import JSON
import Kinds
import TestSupport
import Testing
import YAMLDocument

@testable import DesiredState

/// What editors and people are told of the file, and what this program takes.
///
/// To write both documents anew after a change that is meant: `REWRITE_GOLDEN=1 swift test --filter FileSchemaTests`.
struct FileSchemaTests {
    private static let package = "\(#filePath.dropLast("Tests/DesiredStateTests/FileSchemaTests.swift".count))"

    // MARK: - The documents

    @Test(arguments: ["manifests/schemas/file.schema.json", "docs/reference.md"])
    func `the committed documents are up to date`(path: String) throws {
        let text = path.hasSuffix("json") ? String(decoding: schema.serialized(pretty: true), as: UTF8.self) : reference
        let file = URL(filePath: Self.package + path)
        if ProcessInfo.processInfo.environment["REWRITE_GOLDEN"] != nil {
            try Data((text + "\n").utf8).write(to: file)
        }
        let committed = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let isSame = committed == text + "\n"
        #expect(isSame, "run: REWRITE_GOLDEN=1 swift test --filter FileSchemaTests")
    }

    @Test func `every field has a text for people and a place in both documents`() {
        for field in (Schema.all + [.publishedText]).flatMap(\.fields) {
            let name = field.name.rawValue
            #expect(field.doc.hasSuffix(".") && field.doc.count > 15, "\(name)")
            #expect(reference.contains("| `\(name)` |"), "\(name)")
        }
        let rows = Application.fields.rows + OAuth2Provider.fields.rows
        let service = schema["$defs"]?["service"]?["properties"]
        let defaults = schema["$defs"]?["defaults"]?["properties"]
        // Those in a mapping of their own are in its definition.
        for row in rows where row.outer == nil {
            #expect(service?[row.name.rawValue]?["description"]?.string == row.doc)
            #expect((defaults?[row.name.rawValue] != nil) == row.isDefaultable, "\(row.name.rawValue)")
        }
    }

    @Test func `tables of the reference are whole`() {
        let tables = reference.split(separator: "\n").filter { $0.hasPrefix("|") }
        #expect(tables.count > 60)
        for line in tables {
            let bars = line.replacing("\\|", with: "").count { $0 == "|" }
            #expect([5, 7].contains(bars), "\(line)")
            #expect(!line.contains("|  |  |"), "\(line)")
        }
    }

    // MARK: - What the schema takes

    @Test func `every example of this repository satisfies it`() throws {
        let paths = Self.examples
        #expect(paths.count >= 5, "\(paths)")
        for path in paths {
            let bytes = Array(try Data(contentsOf: URL(filePath: path)))
            let result = DesiredStateLoader.load(sources: [.init(path: path, bytes: bytes)])
            #expect(result.state != nil, "\(path): \(result.diagnostics)")
            #expect(try mistakes(bytes) == [], "\(path)")
        }
    }

    @Test(arguments: [
        "services: []",
        "prune: true\nmaxDeletions: 0\nscheme: http\npublicURL: https://sso.example.net/auth\nservices: []",
        "host: sso.example.net\ndefaults: {group: Apps, host: b.example.net}\nservices: [{slug: a, port: 8443, group: ~}]",
        "services: [{slug: a, state: absent}]",
        "services: [{slug: 4711, launchURL: 'https://a.example.net', name: 12, renamedFrom: [b, c]}]",
        "services: [{slug: a, launchURL: 'https://%(username)s.example.net', description: \"Two\\nlines\"}]",
        "services: [{slug: a, launchURL: 'blank://blank', icon: 'fa://fa-book', group: '', openInNewTab: true}]",
        """
        host: sso.example.net
        services:
          - slug: a
            redirectPath: /a
            redirectPaths: [/b, /c]
            redirectURIs:
              - com.example.app:/callback
              - {url: 'https://.*\\.example\\.net/', matching: regex, example: 'https://a.example.net/'}
              - {url: 'https://b.example.net/'}
            secretRef: {kubernetes: {namespace: apps, name: a-secret, key: OIDC_SECRET}}
            restart: {statefulSet: a, namespace: apps}
            publish: {namespace: apps, name: a-oidc, keySet: generic, keys: {ISSUER: issuer}, kind: Secret}
            adopt: matching
            clientID: 'an-id-of-"ASCII"'
            scopes: [openid, goauthentik.io/providers/oauth2/scope-email]
            authorizationFlow: default-provider-authorization-explicit-consent
            accessTokenValidity: hours=1.5;MINUTES=30
            grantTypes: [authorization_code, 'urn:ietf:params:oauth:grant-type:device_code']
            logoutMethod: frontchannel
            logoutRedirectURIs: [https://b.example.net/, {url: 'https://.*', matching: regex}]
        """,
        """
        host: sso.example.net
        services:
          - slug: a
            redirectPath: /a
            secretRef: {env: A}
            publish:
              namespace: apps
              name: a-oidc
              keySet: [outline, generic]
              keys: {ON: {value: "true"}, N: {value: 3}, URL: {template: "https://x/{clientID}"}}
        """,
        "services: [{slug: a, redirectURIs: ['https://a.example.net'], secretRef: {file: /run/secrets/a}}]",
        "services: [{slug: a, redirectURIs: ['https://a.example.net'], clientType: public}]",
        """
        defaults: {logoutRedirectURIs: ['https://example.net/bye']}
        services:
          - {slug: a, redirectURIs: ['https://a.example.net'], clientType: public, logoutRedirectURIs: []}
          - {slug: b, redirectURIs: ['https://b.example.net'], clientType: public, logoutRedirectURIs: ~}
        """,
        """
        host: sso.example.net
        services: [{slug: a, port: 1443, access: everyone}, {slug: b, port: 2443, access: {users: [4711], exclusive: true}}]
        """,
        """
        host: sso.example.net
        defaults: {access: {groups: [admins, family], mode: all}}
        services: [{slug: a, port: 1443}, {slug: b, port: 2443, access: ~}, {slug: c, port: 3443, access: {policies: [d]}}]
        """,
    ]) func `what this program takes, it takes`(body: String) throws {
        let text = "apiVersion: reconcile/v1\nowner: homelab\n" + body
        let result = DesiredStateLoader.load(MarkedText(text))
        #expect(result.state != nil, "\(result.diagnostics)")
        #expect(try mistakes(Array(text.utf8)) == [])
    }

    @Test(arguments: [
        ("services: [{slug: a, redirectpath: /x}]", "$.services[0] has redirectpath"),
        ("services: [{name: a}]", "$.services[0] lacks slug"),
        ("service: []", "$ lacks services"),
        ("services: [{slug: 'a b'}]", "$.services[0].slug does not match"),
        ("services: [{slug: a, port: 70000}]", "$.services[0].port is beyond maximum"),
        ("services: [{slug: a, port: x}]", "$.services[0].port is no"),
        ("services: [{slug: a, name: true}]", "$.services[0].name is no"),
        ("services: [{slug: a, name: ''}]", "$.services[0].name is beyond minLength"),
        ("services: [{slug: a, openInNewTab: yes}]", "$.services[0].openInNewTab is no"),
        ("services: [{slug: a, access: all}]", "$.services[0].access fits 0 of anyOf"),
        ("services: [{slug: a, access: [admins]}]", "$.services[0].access fits 0 of anyOf"),
        ("services: [{slug: a, access: {}}]", "$.services[0].access fits 0 of anyOf"),
        ("services: [{slug: a, access: {mode: all}}]", "$.services[0].access fits 0 of anyOf"),
        ("services: [{slug: a, access: {groups: []}}]", "$.services[0].access fits 0 of anyOf"),
        ("services: [{slug: a, access: {groups: [b], mode: some}}]", "$.services[0].access fits 0 of anyOf"),
        ("defaults: {access: ~}\nservices: []", "$.defaults.access fits 0 of anyOf"),
        ("services: [{slug: a, subjectMode: email}]", "$.services[0].subjectMode is none of"),
        ("services: [{slug: a, scopes: []}]", "$.services[0].scopes is beyond minItems"),
        ("services: [{slug: a, redirectPath: x}]", "$.services[0].redirectPath does not match"),
        ("services: [{slug: a, accessTokenValidity: 1h}]", "$.services[0].accessTokenValidity does not match"),
        ("services: [{slug: a, secretRef: s3cr3t}]", "$.services[0].secretRef fits 0 of anyOf"),
        ("services: [{slug: a, secretRef: {env: A, file: b}}]", "$.services[0].secretRef fits 0 of anyOf"),
        ("services: [{slug: a, restart: {namespace: b}}]", "$.services[0].restart fits 0 of oneOf"),
        ("services: [{slug: a, publish: {namespace: b, name: c}}]", "$.services[0].publish fits 0 of anyOf"),
        (
            "services: [{slug: a, publish: {namespace: b, name: c, keySet: forgeyo}}]",
            "$.services[0].publish.keySet fits 0 of anyOf"
        ),
        (
            "services: [{slug: a, publish: {namespace: b, name: c, keys: {d: {value: e, template: f}}}}]",
            "$.services[0].publish.keys.d fits 0 of anyOf"
        ),
        ("services: [{slug: a, redirectURIs: [{matching: regex}]}]", "$.services[0].redirectURIs[0] fits 0 of anyOf"),
        ("services: [{slug: a, redirectURIs: []}]", "$.services[0].redirectURIs is beyond minItems"),
        (
            "services: [{slug: a, logoutRedirectURIs: [{matching: regex}]}]",
            "$.services[0].logoutRedirectURIs[0] fits 0 of anyOf"
        ),
        ("defaults: {slug: a}\nservices: []", "$.defaults has slug"),
        ("defaults: {group: ~}\nservices: []", "$.defaults.group is no"),
        ("prune: 1\nservices: []", "$.prune is no"),
    ]) func `what this program refuses, it refuses`(body: String, mistake: String) throws {
        let text = "apiVersion: reconcile/v1\nowner: homelab\nhost: sso.example.net\n" + body
        #expect(DesiredStateLoader.load(MarkedText(text)).state == nil)
        let found = try mistakes(Array(text.utf8))
        #expect(found.contains { $0.hasPrefix(mistake) }, "\(found)")
    }

    /// An editor must not refuse what this program takes.
    @Test func `no pattern is stricter than its rule`() throws {
        let texts = [
            "a", "A-b_c", "a.b", "-a", "4711", "a b", "Grafäna", "openid", "goauthentik.io/api", "~!#$[]{}", "\"", "\\",
            "hours=1", "Hours=1.5;minutes=030", "days= 7", "1h", "/a", "/a?b=c", "a/b", "sso.example.net", "[::1]",
            "::1",
            "10.0.0.1", "https://a.example.net/", "fa://fa-book", "_X1", "1X", "..data", "tls.key", "a..b",
            String(repeating: "a", count: 63), String(repeating: "a", count: 64), String(repeating: "a", count: 256),
        ]
        var patterns: Set<String> = []
        for field in Schema.all.flatMap(\.fields) {
            guard let rule = field.rule, let pattern = rule.pattern else { continue }
            patterns.insert(pattern)
            let regex = try Regex(pattern)
            for text in texts where rule.check(text)?.severity != .error {
                let isMatch = try regex.firstMatch(in: text) != nil
                #expect(isMatch, "\(field.name.rawValue): '\(text)' does not match \(pattern)")
            }
        }
        #expect(patterns.count >= 9)
    }

    // MARK: - Reading

    private var schema: JSONValue { FileSchema.json }
    private var reference: String { FileReference.markdown }

    private func mistakes(_ bytes: [UInt8]) throws -> [String] {
        let parsed = ParsedYAML(bytes)
        #expect(parsed.problems == [])
        return JSONSchema(schema).mistakes(in: try #require(parsed.root).json)
    }

    /// The files for this program in `manifests` and `deploy`.
    private static var examples: [String] {
        ["manifests", "deploy"].flatMap { folder in
            let paths = (try? FileManager.default.subpathsOfDirectory(atPath: package + folder)) ?? []
            return paths.map { "\(package)\(folder)/\($0)" }
        }.filter { path in
            guard path.hasSuffix(".yaml"), let data = FileManager.default.contents(atPath: path) else { return false }
            return String(decoding: data, as: UTF8.self).split(separator: "\n").contains("apiVersion: reconcile/v1")
        }.sorted()
    }
}

extension Field {
    /// Of the text that it holds, or of each of them.
    fileprivate var rule: TextRule? {
        switch kind {
        case .text(let rule), .texts(let rule): rule
        default: nil
        }
    }
}

extension YAMLNode {
    /// As a reader of YAML 1.2 (core schema) has it.
    var json: JSONValue {
        switch content {
        case .invalid: .null
        case .sequence(let items): .array(items.map(\.json))
        case .mapping(let pairs): .object(Dictionary(pairs.map { ($0.key, $0.value.json) }) { $1 })
        case .scalar(let scalar) where scalar.style != .plain: .string(scalar.text)
        case .scalar(let scalar):
            switch scalar.text {
            case "", "~", "null": .null
            case "true": true
            case "false": false
            default: Int(scalar.text).map(JSONValue.integer) ?? .string(scalar.text)
            }
        }
    }
}
