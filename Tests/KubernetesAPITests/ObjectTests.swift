import Foundation
import JSON
import KubernetesSupport
import Secrets
import TestSupport
import Testing

@testable import KubernetesAPI

/// ConfigMaps and Secrets that this program writes, on the stand-in and on canned answers.
@Suite(.timeLimit(.minutes(60))) struct ObjectTests {
    private let name = ObjectName(namespace: "monitoring", name: "grafana-oidc")

    private func client(of kubernetes: KubernetesStandIn) throws -> KubernetesClient {
        let environment = ["KUBECONFIG": try kubernetes.writeKubeconfig()]
        return try makeClient(try #require(try KubernetesConfiguration.find(environment: environment)))
    }

    @Test("What is applied reads back, with who owns it", arguments: [KubernetesResource.configMaps, .secrets])
    func roundTrip(resource: KubernetesResource) async throws {
        try await withKubernetes { kubernetes in
            let client = try client(of: kubernetes)
            #expect(try await client.object(resource, name) == nil)
            let data = ["a": Secret("1"), "b": Secret("zwei ü")]
            for _ in 0..<2 {
                try await client.apply(resource, name, data: data, secretKeys: [], labels: ["part-of": "x"])
            }
            let object = try #require(try await client.object(resource, name))
            #expect(object.data == data)
            #expect(object.ownKeys == ["a", "b"])
            #expect(object.labels["part-of"] == "x")
            #expect(object.ownLabels == ["part-of"])
            try await client.apply(resource, name, data: ["a": Secret("1")], secretKeys: [], labels: [:])
            let less = try #require(try await client.object(resource, name))
            #expect(less.data == ["a": Secret("1")])
            #expect(less.ownLabels == [])
        }
    }

    @Test("What another has is neither ours nor taken")
    func conflict() async throws {
        try await withKubernetes { kubernetes in
            let client = try client(of: kubernetes)
            kubernetes.setConfigMap("grafana-oidc", in: "monitoring", ["a": "theirs"], manager: "somebody")
            #expect(try await client.object(.configMaps, name)?.ownKeys == [])
            let error = try await failure {
                try await client.apply(.configMaps, name, data: ["a": Secret("ours")], secretKeys: [], labels: [:])
            }
            #expect(error.kind == .conflict)
            #expect(error.message == #"Apply failed with 1 conflict: conflict with "somebody" using v1: .data.a"#)
            #expect(try await client.object(.configMaps, name)?.data == ["a": Secret("theirs")])
        }
    }

    /// Whatever a server quotes of what it was sent.
    @Test(arguments: ["s3cr3t", #"s3"cr\3t"#])
    func `a secret that is quoted is not repeated`(secret: String) async throws {
        let encoded = Data(secret.utf8).base64EncodedString()
        let quoted = secret.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
        let padding = String(repeating: "x", count: 470)
        for form in [secret, encoded, quoted, padding + encoded] {
            let body = JSONValue.object([
                "kind": "Status", "message": .string("data[s]: Invalid value: \(form)"), "code": 422,
            ])
            let server = try CannedServer(.json(422, String(decoding: body.serialized(), as: UTF8.self)))
            let client = try makeClient(server.url)
            let error = try await failure {
                try await client.apply(.secrets, name, data: ["s": Secret(secret)], secretKeys: ["s"], labels: [:])
            }
            #expect(error.message.contains("(secret)") || error.message.hasSuffix("…"))
            for part in [secret, encoded, quoted, encoded.prefix(5).description] {
                #expect(!"\(error)".contains(part))
            }
        }
    }
}
