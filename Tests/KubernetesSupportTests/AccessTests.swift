import Foundation
import JSON
import KubernetesSupport
import Testing

/// Who may come in, and by which files.
@Suite(.timeLimit(.minutes(15)))
struct AccessTests {
    private static let secret = "/api/v1/namespaces/monitoring/secrets/grafana"

    private func withSecret(_ body: (KubernetesStandIn, Client) async throws -> Void) async throws {
        try await withKubernetes { standIn in
            standIn.setSecret("grafana", in: "monitoring", ["secret": "first"])
            try await body(standIn, try Client(standIn))
        }
    }

    @Test func `rules decide by name and verb`() async throws {
        try await withSecret { standIn, client in
            let answer = try await client.get(Self.secret)
            #expect(answer.status == 200)
            standIn.rules = [.reading(secrets: ["other"], in: "monitoring")]
            #expect(try await client.get(Self.secret).status == 403)
            standIn.rules = [.reading(secrets: ["grafana"], in: "monitoring")]
            #expect(try await client.get(Self.secret).status == 200)
            #expect(try await client.send("DELETE", Self.secret).status == 403)
            #expect(standIn.requests.map(\.status) == [200, 403, 200, 403])
            #expect(standIn.requests.allSatisfy { $0.user == KubernetesStandIn.serviceAccount })
        }
    }

    @Test func `an old token is refused`() async throws {
        try await withSecret { standIn, client in
            let old = standIn.token
            let folder = try standIn.writeServiceAccount()
            standIn.rotateToken()
            #expect(try await client.send("GET", Self.secret, as: .token(old)).status == 401)
            #expect(try await client.get(Self.secret).status == 200)
            #expect(try String(contentsOfFile: "\(folder)/token", encoding: .utf8) == old)
            try standIn.writeServiceAccount()
            #expect(try String(contentsOfFile: "\(folder)/token", encoding: .utf8) == standIn.token)
            #expect(try String(contentsOfFile: "\(folder)/namespace", encoding: .utf8) == "authentik")
            let authority = try String(contentsOfFile: standIn.authorities, encoding: .utf8)
            #expect(try String(contentsOfFile: "\(folder)/ca.crt", encoding: .utf8) == authority)
        }
    }

    @Test func `a client certificate names its user`() async throws {
        try await withSecret { standIn, _ in
            standIn.setRules([.reading(secrets: ["grafana"], in: "monitoring")], of: "somebody")
            let client = try Client(standIn, certificate: try standIn.writeCertificate(of: "somebody"))
            #expect(try await client.send("GET", Self.secret, as: .some(.none)).status == 200)
            #expect(standIn.requests.last?.user == "somebody")
        }
    }

    @Test func `applying what is not there needs the right to make it`() async throws {
        try await withKubernetes { standIn in
            let client = try Client(standIn)
            standIn.rules = [AccessRule(verbs: ["patch"], resources: ["configmaps"], namespace: "monitoring")]
            let path = "/api/v1/namespaces/monitoring/configmaps/grafana?fieldManager=reconcile"
            let object: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "data": ["a": "1"]]
            let refused = try await client.apply(path, object)
            #expect(refused.status == 403)
            #expect(refused.json?["message"]?.string?.contains("cannot create resource \"configmaps\"") == true)
            standIn.rules[0].verbs.append("create")
            #expect(try await client.apply(path, object).status == 201)
        }
    }

    @Test(arguments: ["token", "tokenFile", "certificate", "certificateFiles"])
    func `a kubeconfig file holds what is needed`(_ flavour: String) async throws {
        try await withKubernetes { standIn in
            let credentials: KubernetesStandIn.Credentials =
                switch flavour {
                case "token": .token
                case "tokenFile": .tokenFile
                case "certificate": .certificate(user: "somebody")
                default: .certificateFiles(user: "somebody")
                }
            let path = try standIn.writeKubeconfig(credentials, namespace: "monitoring")
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.contains("      server: \(standIn.url)\n") || text.contains("    server: \(standIn.url)\n"))
            #expect(text.contains("\n      namespace: monitoring\n"))
            let expected = [
                "token": "\n      token: \(standIn.token)\n",
                "tokenFile": "\n      tokenFile: token\n",
                "certificate": "\n      client-certificate-data: ",
                "certificateFiles": "\n      client-certificate: client.crt\n      client-key: client.key\n",
            ]
            #expect(text.contains(try #require(expected[flavour])))
        }
    }
}
