import DesiredState
import Testing
import YAMLDocument

@testable import ClientConfiguration

/// The settings of OIDC clients.
///
/// To write the expectations anew after a change that is meant: `REWRITE_GOLDEN=1 swift test --filter ClientConfigurationTests`.
struct ToolSettingsTests {
    @Test(arguments: ClientTool.all.map(\.name)) func `what each tool is told`(tool: String) throws {
        let text = try Sample.print(tool)
        try expectGolden(text, "tool-\(tool).txt")
        #expect(!text.contains("{") || !text.contains("{clientID}"))
        let isCommented = text.split(separator: "\n").first?.hasPrefix("# ") == true
        #expect(isCommented)
    }

    @Test(arguments: ["argocd", "immich"]) func `a file is YAML`(tool: String) throws {
        for document in try Sample.print(tool).split(separator: "\n---\n") {
            let yaml = ParsedYAML(Array(document.utf8))
            #expect(yaml.problems == [])
            guard case .mapping? = yaml.root?.content else {
                Issue.record("it is no mapping")
                return
            }
        }
    }

    @Test(arguments: ["gitea", "forgejo", "vault", "nextcloud", "proxmox", "portainer"])
    func `commands are a shell's`(tool: String) async throws {
        for slug in ["app", "env", "file", "public"] {
            let result = try await Program.shell.run(["-n"], input: try Sample.print(tool, slug))
            #expect(result.status == 0, "\(result.output)")
        }
    }

    /// The shell itself says which words the program would get.
    @Test func `a shell reads the words as they are meant`() async throws {
        let script = "ENV_SECRET='s3c\"r e't\nvault() { printf '<%s>' \"$@\"; }\n" + (try Sample.print("vault", "env"))
        let result = try await Program.shell.run([], input: script)
        #expect(result.output.contains("<oidc_client_id=it's><oidc_client_secret=s3c\"r e"))
        #expect(result.output.contains("<oidc_discovery_url=https://login.example.net/>"))
    }

    @Test func `the body for Portainer is JSON behind the shell's quotes`() async throws {
        let script = "ENV_SECRET=s3cret\ncurl() { printf '%s\\n' \"$@\"; }\n" + (try Sample.print("portainer", "env"))
        let result = try await Program.shell.run([], input: script)
        let body = result.output.split(separator: "\n").last.map(String.init) ?? ""
        #expect(body.contains(#""ClientID": "it's", "ClientSecret": "s3cret", "#))
        #expect(ParsedYAML(Array(body.utf8)).problems == [])
    }

    @Test(arguments: [
        ("env", "reconcile reads it from the environment variable ENV_SECRET"),
        ("file", "reconcile reads it from the file /run/it's"),
        ("app", "Secret apps/app-secret, key 'oidc.secret'"),
        ("app", "reconcile also publishes it: Secret apps/app-oidc, key 'secret'"),
        ("public", "It is a public client and has no secret"),
    ])
    func `where the secret is`(slug: String, comment: String) throws {
        #expect(try Sample.print("grafana", slug).contains(comment))
    }

    @Test func `what is not known here is said`() throws {
        let text = try Sample.print("generic")
        #expect(text.contains("# The scope of the mapping 'example.net/own' is only known to Authentik"))
        #expect(text.contains("\nOIDC_SCOPES=openid profile email\n"))
        let own = try Sample.print("generic", "env")
        #expect(own.contains("\nOIDC_SCOPES=openid groups\n"))
        #expect(own.contains("# The scope of the mapping 'Elsewhere' is only known to Authentik"))
        #expect(text.contains("# The file does not set issuerMode"))
        #expect(try !Sample.print("generic", "env").contains("issuerMode"))
        #expect(
            try Sample.print("outline").contains("ends with '/auth/oidc.callback', but none") == false
        )
        #expect(try Sample.print("outline", "env").contains("ends with '/auth/oidc.callback', but none"))
    }

    @Test(arguments: [
        ("https://sso.example.net", "https://login.example.net" as String?, "https://login.example.net/application/o/"),
        ("https://sso.example.net", nil, "https://sso.example.net/application/o/"),
    ])
    func `Authentik is where the file says that it is, else where this program reaches it`(
        authentik: String,
        publicURL: String?,
        start: String
    ) throws {
        #expect(try Sample.print("generic", at: authentik, publicURL: publicURL).contains("OIDC_ISSUER=\(start)app/"))
    }

    @Test(arguments: [
        ("generic", "ap", "the file declares no service 'ap'; did you mean 'app'?"),
        ("generic", "nothing-like-it", "the file declares no service 'nothing-like-it'"),
        ("generic", "gone", "service 'gone' is declared absent"),
        (
            "generic", "docs",
            "service 'docs' is a bookmark, without a login through Authentik; add a redirectPath or forwardAuth"
        ),
        (
            "grafana", "trivy",
            "an outpost logs users in to service 'trivy'; --for must be one of traefik, traefik-kubernetes, "
                + "nginx, caddy, envoy, generic"
        ),
        (
            "nginx", "behind",
            "the address of outpost 'own' of service 'behind' is unknown; use --outpost-url"
        ),
        (
            "nginx", "app",
            "service 'app' logs users in itself, with OIDC; --for must be one of grafana, argocd, generic, open-webui, gitea, forgejo, "
                + "vault, minio, nextcloud, outline, immich, proxmox, portainer"
        ),
    ])
    func `what there is nothing for`(reader: String, slug: String, message: String) throws {
        #expect(throws: ConfigurationPrinter.Refusal(message)) { try Sample.print(reader, slug) }
    }

    @Test func `without an address there are no URLs`() throws {
        let message = "Authentik's address is unknown; set 'publicURL' in the file, or use --url or AUTHENTIK_URL"
        #expect(throws: ConfigurationPrinter.Refusal(message)) {
            try Sample.print("generic", at: nil, publicURL: nil)
        }
        let other =
            "Authentik's address is unknown; use --outpost-url, --url or AUTHENTIK_URL, or set 'publicURL' in the file"
        #expect(throws: ConfigurationPrinter.Refusal(other)) {
            try Sample.print("nginx", "trivy", at: nil, publicURL: nil)
        }
    }
}
