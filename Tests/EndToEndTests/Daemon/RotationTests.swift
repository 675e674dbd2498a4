import Foundation
import JSON
import KubernetesSupport
import TestSupport
import Testing

/// Rotations of client secrets, one after the other, while the daemon holds a watch of each Secret open.
///
/// The server also speaks HTTP/2, as live ones do. Once, a request was sent over the connection of a watch every now and
/// then, and waited there for more than a minute.
@Suite(.timeLimit(.minutes(60))) struct RotationTests {
    private static let slugs = ["grafana", "wiki", "mail"]

    private static let services =
        """
        apiVersion: reconcile/v1
        owner: homelab
        host: sso.example.net
        publicURL: https://login.example.net/
        services:

        """
        + slugs.map { slug in
            """
              - slug: \(slug)
                name: \(slug.capitalized)
                port: 8444
                redirectPath: /\(slug)
                secretRef: {kubernetes: {namespace: monitoring, name: \(slug)-secret, key: clientKey}}
                publish: {namespace: monitoring, name: \(slug)-oidc, keySet: grafana}

            """
        }.joined()

    @Test func `each rotation arrives, and no request goes over the connection of a watch`() async throws {
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                for slug in Self.slugs {
                    kubernetes.setSecret("\(slug)-secret", in: "monitoring", ["clientKey": "secret-0-of-\(slug)"])
                }
                try workplace.write(Self.services)
                let daemon = try DaemonProcess(
                    ["--config", workplace.file.path, "--token-file", workplace.tokenFile.path],
                    environment: [
                        "AUTHENTIK_URL": workplace.address, "KUBECONFIG": try kubernetes.writeKubeconfig(),
                    ]
                )
                try await daemon.settled("in sync") { $0["isInSync"] == true }
                try await kubernetes.waitForWatches(Self.slugs.count)
                // Connections that end, as they do in front of several API servers.
                kubernetes.rotateConnections(after: 5)
                for number in 1...12 {
                    let slug = Self.slugs[number % Self.slugs.count]
                    let secret = "secret-\(number)-of-\(slug)"
                    kubernetes.rotateSecret("\(slug)-secret", in: "monitoring", "clientKey", secret)
                    try await daemon.eventually("rotation \(number) arrives") {
                        try await workplace.admin.provider(slug)["client_secret"]?.string == secret ? true : nil
                    }
                }
                let isWatch: (RequestRecord) -> Bool = { $0.path.contains("watch=true") }
                let watching = Set(kubernetes.requests.filter(isWatch).map(\.connection))
                // A watch ends after a minute or two and is opened again.
                #expect(watching.count >= Self.slugs.count)
                #expect(!kubernetes.requests.contains { !isWatch($0) && watching.contains($0.connection) })
                #expect(try await daemon.end() == 0)
                #expect(!daemon.errors.contains("secret-"))
            }
        }
    }
}
