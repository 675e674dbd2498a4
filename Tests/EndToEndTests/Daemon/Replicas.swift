import Foundation
import JSON
import KubernetesSupport
import Subprocess
import TestSupport
import Testing

/// Daemons that share a file, an Authentik and a Lease; each has an account of its own, by which its writes are known.
struct Replicas: Sendable {
    let workplace: Workplace
    let kubernetes: KubernetesStandIn
    /// The names of the accounts, which are the pods' names too.
    let names: [String]
    /// The API tokens' files, by the name of the account.
    private let tokenFiles: [String: URL]

    init(
        _ workplace: Workplace,
        _ kubernetes: KubernetesStandIn,
        names: [String] = ["alpha", "beta"]
    ) async throws {
        self.workplace = workplace
        self.kubernetes = kubernetes
        self.names = names
        var files: [String: URL] = [:]
        for name in names {
            let token = try await workplace.admin.makeServiceAccount(name, permissions: Admin.passPermissions)
            files[name] = workplace.folder.appending(path: "token-\(name)")
            try Data(token.utf8).write(to: workplace.folder.appending(path: "token-\(name)"))
        }
        tokenFiles = files
    }

    /// - Parameter arguments: beside those that it needs.
    func start(_ name: String, _ arguments: [String]) throws -> DaemonProcess {
        try DaemonProcess(
            [
                "--config", workplace.file.path, "--token-file", tokenFiles[name]?.path ?? "", "--audit-seconds", "1",
                "--leader-elect",
            ] + arguments,
            environment: [
                "AUTHENTIK_URL": workplace.address,
                "KUBECONFIG": try kubernetes.writeKubeconfig(namespace: "authentik"),
                "POD_NAME": name,
            ]
        )
    }

    /// Declares something else, which is a write for the next pass.
    func change(to group: String) throws {
        try workplace.write(Workplace.services.replacing("group: Apps", with: "group: \(group)"))
    }

    // MARK: - Who wrote, and who led

    /// A write that Authentik did.
    struct Write: Sendable {
        var at: Date
        var by: String
    }

    /// Who held the Lease from when on; nil for nobody.
    struct Reign: Sendable {
        var from: Date
        var holder: String?
    }

    /// The writes of the daemons, as Authentik's audit log has them, since a moment.
    func writes(since start: Date = .distantPast) async throws -> [Write] {
        let parse = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var writes: [Write] = []
        // A page holds a hundred, the newest first.
        for page in 1... {
            let answer = try await workplace.admin.send(
                "GET",
                "events/events/?ordering=-created&page_size=100&page=\(page)"
            )
            for event in answer["results"]?.array ?? [] {
                guard let by = event["user"]?["username"]?.string, names.contains(by),
                    let at = event["created"]?.string.flatMap({ try? parse.parse($0) })
                else { continue }
                if at < start { return writes.reversed() }
                writes.append(Write(at: at, by: by))
            }
            if answer["pagination"]?["next"]?.integer ?? 0 == 0 { break }
        }
        return writes.reversed()
    }

    /// Every change of the Lease by a replica, as the server that keeps it saw them.
    ///
    /// One that is made for nobody is left out: it is nobody else's yet.
    var reigns: [Reign] {
        kubernetes.requests
            .filter { $0.path.contains("/leases/") && $0.method == "PUT" && $0.status / 100 == 2 }
            .map { request in
                let identity = request.json?["spec"]?["holderIdentity"]?.string
                return Reign(from: request.at, holder: identity.map { String($0.split(separator: "_")[0]) })
            }
    }

    /// The writes that came while the writer did not hold the Lease.
    ///
    /// Whoever is first answered by one server of two need not be told of first by the other: what the two say is compared
    /// where it is further apart than `tolerance`.
    static func intrusions(_ writes: [Write], _ reigns: [Reign], tolerance: TimeInterval = 0.05) -> [String] {
        func holder(_ time: Date) -> String? { reigns.last { $0.from <= time }?.holder }
        return writes.filter { write in
            ![-tolerance, 0, tolerance].contains { holder(write.at.addingTimeInterval($0)) == write.by }
        }
        .map { "\($0.by) wrote at \($0.at.timeIntervalSince1970), when \(holder($0.at) ?? "nobody") led" }
    }
}
