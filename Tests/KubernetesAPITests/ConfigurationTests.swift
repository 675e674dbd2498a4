import CurlTransport
import Foundation
import Secrets
import Testing

@testable import KubernetesAPI

@Suite("KubernetesAPI: where the API is")
struct ConfigurationTests {
    private static let cluster = ["KUBERNETES_SERVICE_HOST": "10.43.0.1", "KUBERNETES_SERVICE_PORT": "443"]

    @Test(
        "A pod finds what the kubelet gives it",
        arguments: [
            ("10.43.0.1", "https://10.43.0.1:443"), ("fd00::1", "https://[fd00::1]:443"),
            ("[fd00::1]", "https://[fd00::1]:443"), ("kubernetes.default", "https://kubernetes.default:443"),
        ]
    )
    func inCluster(host: String, server: String) async throws {
        try await withFolder { folder in
            try write("t0ken", to: "\(folder)/token")
            try write("PEM", to: "\(folder)/ca.crt")
            var environment = Self.cluster
            environment["KUBERNETES_SERVICE_HOST"] = host
            let find = { try KubernetesConfiguration.find(environment: environment, serviceAccount: folder) }
            #expect(try find()?.namespace == "default")
            try write("authentik\n", to: "\(folder)/namespace")
            let configuration = try #require(try find())
            #expect(configuration.server == server)
            #expect(configuration.namespace == "authentik")
            #expect(configuration.transport.authoritiesFile == "\(folder)/ca.crt")
            #expect(configuration.origin == "the service account of this pod")
            guard case .tokenFile("\(folder)/token") = configuration.credentials else {
                Issue.record("\(configuration.credentials)")
                return
            }
        }
    }

    @Test("A pod without its service account is told so", arguments: ["token", "ca.crt"])
    func noServiceAccount(missing: String) async throws {
        try await withFolder { folder in
            for name in ["token", "ca.crt"] where name != missing { try write("x", to: "\(folder)/\(name)") }
            let error = #expect(throws: KubernetesConfigurationError.self) {
                try KubernetesConfiguration.find(environment: Self.cluster, serviceAccount: folder)
            }
            #expect(error?.description.hasPrefix("\(folder)/\(missing) cannot be read: ") == true)
        }
    }

    @Test("Elsewhere there is none")
    func nowhere() throws {
        #expect(try KubernetesConfiguration.find(environment: [:]) == nil)
        #expect(try KubernetesConfiguration.find(environment: ["HOME": "/nonexistent"]) == nil)
    }

    @Test("KUBECONFIG goes before the pod, and the pod before the home folder")
    func order() async throws {
        try await withFolder { folder in
            try write(Kubeconfigs.of("server: https://home:1"), to: "\(folder)/.kube/config")
            try write(Kubeconfigs.of("server: https://variable:1"), to: "\(folder)/mine")
            for name in ["token", "ca.crt"] { try write("x", to: "\(folder)/\(name)") }
            var environment = ["HOME": folder]
            let find = { try KubernetesConfiguration.find(environment: environment, serviceAccount: folder)?.server }
            #expect(try find() == "https://home:1")
            environment.merge(Self.cluster) { $1 }
            #expect(try find() == "https://10.43.0.1:443")
            environment["KUBECONFIG"] = "\(folder)/mine"
            #expect(try find() == "https://variable:1")
        }
    }

    @Test("A kubeconfig with data in it")
    func data() async throws {
        let pem = { (text: String) in Data(text.utf8).base64EncodedString() }
        let configuration = try await read(
            Kubeconfigs.of(
                "server: https://a:6443/x/\n    certificate-authority-data: \(pem("CA"))",
                user: "client-certificate-data: \(pem("CERT"))\n    client-key-data: \(pem("KEY"))\n    token: t0ken",
                namespace: "authentik"
            )
        )
        #expect(configuration.server == "https://a:6443/x")
        #expect(configuration.namespace == "authentik")
        #expect(configuration.transport.authorities == PEM([UInt8]("CA".utf8)))
        #expect(configuration.transport.clientCertificate == PEM([UInt8]("CERT".utf8)))
        #expect(configuration.transport.clientKey == PEM([UInt8]("KEY".utf8)))
        guard case .token(Secret("t0ken")) = configuration.credentials else {
            Issue.record("another token")
            return
        }
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("t0ken") && !dumped.contains("KEY"))
    }

    @Test("A kubeconfig that names files, from its own folder on")
    func files() async throws {
        try await withFolder { folder in
            for name in ["ca.crt", "client.crt", "client.key", "token"] { try write("x", to: "\(folder)/pki/\(name)") }
            let user =
                "client-certificate: pki/client.crt\n    client-key: \(folder)/pki/client.key\n    tokenFile: pki/token"
            let text = Kubeconfigs.of("server: https://a\n    certificate-authority: pki/ca.crt", user: user)
            try write(text, to: "\(folder)/config")
            let configuration = try KubernetesConfiguration.kubeconfig(["\(folder)/config"])
            #expect(configuration.transport.authoritiesFile == "\(folder)/pki/ca.crt")
            #expect(configuration.transport.clientCertificateFile == "\(folder)/pki/client.crt")
            #expect(configuration.transport.clientKeyFile == "\(folder)/pki/client.key")
            guard case .tokenFile("\(folder)/pki/token") = configuration.credentials else {
                Issue.record("another token")
                return
            }
        }
    }

    @Test(
        "The name in the certificate may be another",
        arguments: [
            ("https://10.0.0.1:6443", "https://kube:6443", "10.0.0.1:6443"),
            ("https://10.0.0.1/x", "https://kube:443/x", "10.0.0.1:443"),
            ("https://[::1]:6443", "https://kube:6443", "[::1]:6443"),
            ("https://[::1]", "https://kube:443", "[::1]:443"),
        ]
    )
    func serverName(server: String, url: String, target: String) async throws {
        let configuration = try await read(Kubeconfigs.of("server: \"\(server)\"\n    tls-server-name: kube"))
        #expect(configuration.server == url)
        #expect(configuration.transport.connectTo == target)
    }

    @Test("Several files are one; the first to name something wins, and its folder counts")
    func merged() async throws {
        try await withFolder { folder in
            try write("x", to: "\(folder)/one/ca.crt")
            try write(
                "clusters:\n- name: c\n  cluster: {server: https://one, certificate-authority: ca.crt}\n",
                to: "\(folder)/one/config"
            )
            try write(Kubeconfigs.of("server: https://two", user: "token: two"), to: "\(folder)/two")
            let paths = ["\(folder)/none", "\(folder)/one/config", "\(folder)/two"]
            let configuration = try KubernetesConfiguration.kubeconfig(paths)
            #expect(configuration.server == "https://one")
            #expect(configuration.transport.authoritiesFile == "\(folder)/one/ca.crt")
            #expect(configuration.origin == "kubeconfig \(folder)/one/config:\(folder)/two")
            guard case .token(Secret("two")) = configuration.credentials else {
                Issue.record("another token")
                return
            }
        }
    }

    @Test(
        "What cannot be used is refused, with what to do",
        arguments: [
            ("server: https://a\n    insecure-skip-tls-verify: true", "", "insecure-skip-tls-verify is refused"),
            ("server: https://a\n    proxy-url: http://p", "", "set HTTPS_PROXY instead"),
            ("{}", "", "has no server"),
            ("server: a:6443", "", "not an http or https URL"),
            (
                "server: https://a\n    certificate-authority-data: '!'", "",
                "certificate-authority-data that is not base64"
            ),
            (
                "server: https://a\n    certificate-authority: none", "",
                "/none as its certificate-authority, which cannot"
            ),
            ("server: http://a", "token: t0ken", "credentials are not sent to a server without https"),
            ("server: https://a", "exec: {command: aws}", "use a user with a token (kubectl create token)"),
            ("server: https://a", "auth-provider: {name: gcp}", "has 'auth-provider', which is not supported"),
            ("server: https://a", "username: u\n    password: t0ken", "has 'username'"),
            ("server: https://a", "as: admin", "has 'as'"),
            ("server: https://a", "client-key-data: eA==", "client key without its certificate"),
            ("server: https://a", "client-certificate-data: eA==", "client certificate without its key"),
            ("server: https://a\n   bad", "", "kubeconfig "),
        ]
    )
    func refused(cluster: String, user: String, message: String) async throws {
        let error = await #expect(throws: KubernetesConfigurationError.self) {
            try await read(Kubeconfigs.of(cluster, user: user.isEmpty ? "{}" : user))
        }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
        #expect(error?.description.contains("t0ken") == false)
    }

    @Test("What is missing is named")
    func missing() async throws {
        let none = #expect(throws: KubernetesConfigurationError.self) {
            try KubernetesConfiguration.find(environment: ["KUBECONFIG": "/nonexistent/a:/nonexistent/b"])
        }
        #expect(none?.description == "no kubeconfig: /nonexistent/a, /nonexistent/b does not exist")
        for (text, message) in [
            ("{}", "has no current-context; kubectl config use-context sets it"),
            ("current-context: x", ": there is no context 'x'"),
            ("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]", ": there is no cluster 'c'"),
            ("current-context: x\ncontexts: [{name: x, context: {user: c}}]", ": the current context has no cluster"),
        ] {
            let error = await #expect(throws: KubernetesConfigurationError.self) { try await read(text) }
            #expect(error?.description.hasSuffix(message) == true, "\(String(describing: error))")
        }
    }

    private func read(_ text: String) async throws -> KubernetesConfiguration {
        try await withFolder { folder in
            try write(text, to: "\(folder)/config")
            return try KubernetesConfiguration.kubeconfig(["\(folder)/config"])
        }
    }
}

/// Texts of kubeconfig files.
private enum Kubeconfigs {
    static func of(_ cluster: String, user: String = "{}", namespace: String? = nil) -> String {
        """
        apiVersion: v1
        kind: Config
        preferences: {}
        current-context: x
        contexts:
        - name: x
          context:
            cluster: c
            user: u
            namespace: \(namespace ?? "''")
        clusters:
        - name: c
          cluster:
            \(cluster)
        users:
        - name: u
          user:
            \(user)

        """
    }
}
