import AuthentikSandbox
import Foundation
import JSON
import TestSupport

/// A folder with a file of services, their secrets and a token, and an Authentik beside it, for a daemon to look after.
struct Workplace: Sendable {
    static let token = "t0k3n-0f-a-d43m0n"
    static let secret = "gr4f4n4-s3cr3t-0n3"

    let folder: URL
    let sandbox: Sandbox
    let admin: Admin
    let address: String

    static let services = """
        apiVersion: reconcile/v1
        owner: homelab
        host: sso.example.net
        services:
          - slug: grafana
            name: Grafana
            group: Apps
            port: 8444
            redirectPath: /login/generic_oauth
            secretRef: {file: SECRET}
          - slug: docs
            name: Docs
            launchURL: https://docs.example.net

        """

    var file: URL { folder.appending(path: "services.yaml") }
    var secretFile: URL { folder.appending(path: "secret") }
    var tokenFile: URL { folder.appending(path: "token") }

    /// Replaces the file as `vi` does: a new one is renamed over it.
    func write(_ services: String) throws {
        let text = services.replacing("SECRET", with: secretFile.path)
        try Data(text.utf8).write(to: file, options: .atomic)
    }

    /// - Parameters:
    ///   - arguments: beside those that it needs; the last of two that contradict holds.
    ///   - descriptors: the soft limit of open files that it is started with; nil for this process's.
    func daemon(_ arguments: String..., descriptors: Int? = nil) throws -> DaemonProcess {
        try DaemonProcess(
            ["--config", file.path, "--token-file", tokenFile.path, "--audit-seconds", "1"] + arguments,
            environment: ["AUTHENTIK_URL": address],
            descriptors: descriptors
        )
    }

    func set(_ faults: String...) throws {
        sandbox.faults.set(FaultPlan(rules: try faults.map { try FaultRule(parsing: $0) }))
    }
}

func withWorkplace(_ body: @escaping @Sendable (Workplace) async throws -> Void) async throws {
    try await Turnstile.sandboxes.run {
        let folder = FileManager.default.temporaryDirectory.appending(path: "workplace-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await withSandbox(token: Workplace.token) { sandbox, baseURL in
            let workplace = Workplace(
                folder: folder,
                sandbox: sandbox,
                admin: try Admin(baseURL: baseURL, token: Workplace.token),
                address: baseURL
            )
            try Data("\(Workplace.token)\n".utf8).write(to: workplace.tokenFile)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600],
                ofItemAtPath: workplace.tokenFile.path
            )
            try Data("\(Workplace.secret)\n".utf8).write(to: workplace.secretFile)
            try workplace.write(Workplace.services)
            try await body(workplace)
        }
    }
}
