import AuthentikAPI
import AuthentikSandbox
import Base
import CurlTransport
import DesiredState
import Kinds
import Secrets
import TestSupport
import Testing

@testable import Setup

/// Which rights in Authentik a file takes beyond those that services do.
@Suite(.timeLimit(.minutes(60))) struct FileRightsTests {
    private static let everyone = ["view", "delete"].map { "authentik_policies.\($0)_policybinding" }
    private static let bindings = ["view", "add", "change", "delete"].map { "authentik_policies.\($0)_policybinding" }
    private static let closing = ["view", "add", "change"].map {
        "authentik_policies_expression.\($0)_expressionpolicy"
    }
    private static let access = bindings + closing
    private static let groups = ["authentik_core.view_group", "authentik_core.add_group"]
    private static let scopeMappings = ["add", "change", "delete"].map {
        "authentik_providers_oauth2.\($0)_scopemapping"
    }
    private static let forwardAuth =
        ["add", "change", "delete"].map { "authentik_providers_proxy.\($0)_proxyprovider" }
        + ["view", "change"].map { "authentik_outposts.\($0)_outpost" }
    /// The last one, which all files take.
    private static let events = "authentik_events.view_event"

    private static func service(_ access: String) -> String { "services: [{slug: a, port: 8441, access: \(access)}]" }

    private func features(_ text: String) throws -> Set<FileFeature> {
        let head = "apiVersion: reconcile/v1\nowner: homelab\nhost: sso.example.net\n"
        let result = DesiredStateLoader.load(sources: [.init(path: "services.yaml", bytes: Array((head + text).utf8))])
        return try #require(result.state, "\(result.diagnostics)").features
    }

    /// A file, and the rights that it takes.
    private static let files: [(text: String, rights: [String])] = [
        ("services: [{slug: a, port: 8441}]", []),
        ("services: [{slug: a, state: absent, access: {users: [bob]}}]", []),
        ("groups: [{name: family}]\nservices: []", groups),
        ("scopeMappings: []\nservices: []", scopeMappings),
        ("scopeMappings: [{name: a, scope: b, expression: c}]\n" + service("everyone"), scopeMappings + everyone),
        (
            "services: [{slug: a, clientType: public, redirectURIs: ['https://a.net'], jwtFederation: {sources: [b]}}]",
            ["authentik_core.view_source"]
        ),
        ("services: [{slug: a, port: 8441, state: absent, forwardAuth: {}}]", []),
        (service("everyone"), everyone),
        (service("{groups: [family]}"), ["authentik_core.view_group"] + access),
        (service("{users: [bob]}"), access + ["authentik_core.view_user"]),
        (service("{policies: [office-hours]}"), access + ["authentik_policies.view_policy"]),
        ("groups: [{name: family}]\n" + service("{groups: [family]}"), groups + access),
    ]

    @Test(arguments: files)
    func `each file takes what it needs, each right once`(text: String, rights: [String]) throws {
        let needed = RequiredPermission.needed(by: try features(text))
        let ofServices = RequiredPermission.needed(by: [])
        #expect(ofServices.last?.name == Self.events)
        #expect(needed.map(\.name) == ofServices.dropLast().map(\.name) + rights + [Self.events])
        #expect(needed.filter { rights.contains($0.name) && $0.isOptional }.isEmpty)
        #expect(Set(ofServices.map(\.name)).isDisjoint(with: Self.groups + Self.access))
    }

    /// They stand beside those for OAuth2 providers, of which every file may see the proxy ones.
    @Test func `a service behind an outpost takes proxy providers and outposts`() throws {
        let needed = RequiredPermission.needed(by: try features("services: [{slug: a, port: 8441, forwardAuth: {}}]"))
        let ofServices = RequiredPermission.needed(by: []).map(\.name)
        #expect(needed.map(\.name).filter { !ofServices.contains($0) } == Self.forwardAuth)
        #expect(needed.map(\.name).filter(ofServices.contains) == ofServices)
        let optional = needed.filter { Self.forwardAuth.contains($0.name) && $0.isOptional }
        #expect(optional.map(\.name) == ["authentik_providers_proxy.delete_proxyprovider"])
    }

    @Test func `no request is in the table twice for any file, and each is for something`() {
        let all = RequestUse.needed(by: Set(FileFeature.allCases))
        #expect(Set(all.map { "\($0.method) \($0.endpoint)" }).count == all.count)
        #expect(RequestUse.all.allSatisfy { !$0.purpose.isEmpty })
    }

    /// As `bootstrap` without `--config` leaves it.
    @Test func `doctor names each missing right, what it is for, and the command that grants it`() async throws {
        let features = try features(Self.service("{groups: [family], users: [bob]}"))
        try await withAccount(.december2025) { client, transport in
            let checkup = AuthentikCheckup(
                client: client,
                features: features,
                invocation: Invocation(files: ["a.yaml"])
            )
            let missing = try await checkup.findings().filter { $0.subject == "permission" }
            let closing = "close services whose last subject was deleted"
            let purposes = [
                "find the groups that access names", "see who may open applications",
                "let groups, users and policies in", "correct bindings", "remove bindings", closing, closing,
                closing, "find the users that access names",
            ]
            let rights = ["authentik_core.view_group"] + Self.access + ["authentik_core.view_user"]
            #expect(missing.map(\.message) == zip(rights, purposes).map { "\($0) is missing: to \($1)" })
            for finding in missing {
                #expect(finding.verdict == .problem)
                #expect(
                    finding.advice?.contains("run with an administrator's token: reconcile bootstrap --config a.yaml")
                        == true
                )
            }
        }
    }

    @Test func `where roles cannot be looked up, reading is tried`() async throws {
        try await withAccount(.december2024) { client, transport in
            let checkup = AuthentikCheckup(
                client: client,
                features: [.groups, .accessGroups, .accessUsers],
                invocation: Invocation(files: ["a.yaml"])
            )
            let missing = try await checkup.findings().filter { $0.subject == "permission" }
            let rights = ["authentik_core.view_group", "authentik_core.view_user"]
            #expect(missing.map(\.message) == rights.map { "\($0) is missing" })
            let advice = "run with an administrator's token: reconcile bootstrap --config a.yaml"
            #expect(missing.allSatisfy { $0.advice?.contains(advice) == true })
        }
    }

    /// An account that may do what services need.
    private func withAccount(
        _ release: Sandbox.Release,
        _ body: @escaping @Sendable (AuthentikClient, CurlTransport) async throws -> Void
    ) async throws {
        try await Turnstile.sandboxes.run {
            try await withSandbox(release, token: "admin-token") { _, url in
                let address = try #require(AuthentikAddress(url))
                var configuration = TransportConfiguration()
                configuration.proxy = .none
                let transport = try CurlTransport(configuration: configuration)
                func client(_ token: Secret) -> AuthentikClient {
                    AuthentikClient(address: address, token: token, transport: transport)
                }
                let made = try await Bootstrap(client: client(Secret("admin-token")), name: "reconcile").run()
                try await body(client(made.token), transport)
            }
        }
    }
}
