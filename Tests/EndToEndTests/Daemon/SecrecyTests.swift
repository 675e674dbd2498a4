import CurlTransport
import Foundation
import JSON
import TestSupport
import Testing

/// No secret and no token is in anything that the daemon serves or prints.
@Suite(.timeLimit(.minutes(60))) struct SecrecyTests {
    private static let triggerToken = "tr1gg3r-t0k3n-f0r-0n3"
    private static let rotated = "r0t4t3d-by-h4nd"

    @Test func `nothing that is served holds a secret`() async throws {
        try await withWorkplace { workplace in
            let file = workplace.folder.appending(path: "trigger")
            try Data(Self.triggerToken.utf8).write(to: file)
            let daemon = try workplace.daemon("--trigger-token-file", file.path, "--audit-seconds", "0")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            var served = try await everything(daemon)
            // A secret that is drift, one that cannot be written, and one that is refused.
            try await workplace.admin.changeProvider("grafana", ["client_secret": .string(Self.rotated)])
            served += try await pass(daemon)
            #expect(served.contains("client_secret"))
            try await workplace.admin.changeProvider("grafana", ["client_secret": .string(Self.rotated)])
            try workplace.set("html=400,method=PATCH")
            served += try await pass(daemon)
            served += try await everything(daemon)
            #expect(try await daemon.status().service("grafana")?["state"] == "failed")
            try workplace.set("revoked")
            served += try await pass(daemon)
            served += try await everything(daemon)
            #expect(try await daemon.status()["state"] == "refused")
            try workplace.set()
            try FileManager.default.removeItem(at: workplace.secretFile)
            served += try await pass(daemon)
            served += try await everything(daemon)
            #expect(try await daemon.status().service("grafana")?["state"] == "blocked")
            served += daemon.output + daemon.errors
            for secret in [Workplace.token, Workplace.secret, Self.triggerToken, Self.rotated] {
                #expect(!served.contains(secret))
                #expect(!served.contains(Data(secret.utf8).base64EncodedString()))
            }
        }
    }

    private func pass(_ daemon: DaemonProcess) async throws -> String {
        let headers: HTTPHeaders = ["authorization": "Bearer \(Self.triggerToken)"]
        let answer = try await daemon.request("POST", "/reconcile?wait", headers: headers)
        #expect(answer.status == 200)
        return answer.body
    }

    /// All that can be had, headers and errors too.
    private func everything(_ daemon: DaemonProcess) async throws -> String {
        var text = ""
        for (method, path) in [
            ("GET", "/"), ("GET", "/status"), ("GET", "/metrics"), ("GET", "/healthz"), ("GET", "/readyz"),
            ("GET", "/nothing"), ("GET", "/reconcile"), ("POST", "/reconcile"), ("DELETE", "/status"),
        ] {
            let answer = try await daemon.request(method, path, headers: ["authorization": "Bearer wrong"])
            text += "\(answer.headers.fields)\n\(answer.body)\n"
        }
        return text
    }
}
