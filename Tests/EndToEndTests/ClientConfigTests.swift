import Foundation
import Testing

/// `reconcile client-config`, by the built binary, and without any Authentik.
@Suite(.timeLimit(.minutes(60))) struct ClientConfigTests {
    private static let file = """
        apiVersion: reconcile/v1
        owner: homelab
        host: sso.example.net
        services:
          - {slug: grafana, port: 8444, redirectPath: /login/generic_oauth, secretRef: {env: GRAFANA_SECRET}}
          - {slug: trivy, port: 8448, forwardAuth: {mode: single}}
        """

    private func run(
        _ arguments: [String],
        file: String = Self.file,
        environment: [String: String] = ["AUTHENTIK_URL": "https://login.example.net", "GRAFANA_SECRET": "s3cr3t"]
    ) async throws -> Command.Result {
        let path = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(UUID().uuidString).yaml")
        try Data(file.utf8).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        let environment = environment.merging(["RECONCILE_CONFIG": path.path]) { $1 }
        return try await Command(["client-config"] + arguments, environment: environment).run()
    }

    @Test func `the settings are on stdout, and nothing else is anywhere`() async throws {
        let result = try await run(["grafana", "--for", "grafana"])
        #expect(result.status == 0 && result.errors == "", "\(result.errors)")
        #expect(result.output.hasPrefix("# Grafana: the OIDC client of service 'grafana'.\n"))
        #expect(result.output.contains("\nGF_AUTH_GENERIC_OAUTH_CLIENT_ID=grafana\n"))
        #expect(result.output.contains("environment variable GRAFANA_SECRET"))
        #expect(!result.output.contains("s3cr3t"))
        #expect(result.output.hasSuffix("end-session/\n"))
    }

    @Test func `a reverse proxy is told of outpost and service`() async throws {
        let places = ["--outpost-url", "http://authentik:9000", "--upstream", "http://127.0.0.1:8081"]
        let result = try await run(["trivy", "--for", "caddy"] + places)
        #expect(result.status == 0 && result.errors == "", "\(result.errors)")
        #expect(result.output.contains("\nhttps://sso.example.net:8448 {\n"))
        #expect(result.output.contains("\t\tforward_auth http://authentik:9000 {\n"))
        #expect(result.output.contains("\t\treverse_proxy http://127.0.0.1:8081\n"))
    }

    @Test(arguments: [
        (["grafna", "--for", "grafana"], "the file declares no service 'grafna'; did you mean 'grafana'?"),
        (
            ["grafana", "--for", "caddy"],
            "service 'grafana' logs users in itself, with OIDC; --for must be one of grafana, argocd"
        ),
        (
            ["trivy", "--for", "grafana"],
            "an outpost logs users in to service 'trivy'; --for must be one of "
        ),
        (["grafana", "--for", "graphana"], "is invalid for '--for <tool>'"),
        (["grafana"], "missing expected argument '--for <tool>'"),
        (["trivy", "--for", "caddy", "--upstream", "127.0.0.1"], "invalid --upstream; expected http://HOST[:PORT]"),
        (["grafana", "--for", "grafana", "--url", "s.x"], "the address of Authentik has no scheme; write https://"),
        (
            ["grafana", "--for", "grafana", "--url", "https://u:s3cr3t@s.x"],
            "the address of Authentik contains a user name"
        ),
    ])
    func `what is asked for wrongly is a matter of usage`(arguments: [String], message: String) async throws {
        let result = try await run(arguments)
        #expect(result.status == 64)
        #expect(result.output == "")
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(!result.errors.contains("s3cr3t"))
    }

    @Test func `without an address and with a wrong file`() async throws {
        let nowhere = try await run(["grafana", "--for", "grafana"], environment: [:])
        #expect(nowhere.status == 64)
        #expect(nowhere.errors.contains("set 'publicURL' in the file, or use --url or AUTHENTIK_URL"))
        let said = Self.file.replacing("owner: homelab", with: "owner: homelab\npublicURL: https://sso.example.net")
        #expect(try await run(["grafana", "--for", "generic"], file: said, environment: [:]).status == 0)
        let wrong = try await run(["grafana", "--for", "grafana"], file: Self.file.replacing("port", with: "prt"))
        #expect(wrong.status == 65)
        #expect(wrong.output == "")
    }

    @Test func `help names every reader`() async throws {
        let result = try await run(["--help"])
        #expect(result.status == 0)
        for word in ["traefik-kubernetes", "nginx", "open-webui", "portainer", "Proxmox VE"] {
            #expect(result.output.contains(word))
        }
    }
}
