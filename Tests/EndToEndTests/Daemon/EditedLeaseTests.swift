import Foundation
import JSON
import KubernetesSupport
import Subprocess
import TestSupport
import Testing

/// Three replicas with one Lease, which people edit and delete while its holder writes: never do two write.
///
/// Each edit comes twice: with a replica that starts at that moment, and so knows of no leader, and without.
@Suite(.timeLimit(.minutes(60))) struct EditedLeaseTests {
    private static let leaseSeconds = 2

    @Test func `never do two write`() async throws {
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                let replicas = try await Replicas(workplace, kubernetes, names: ["alpha", "beta", "gamma"])
                kubernetes.putReleasedLease("reconcile", in: "authentik")
                var daemons: [String: DaemonProcess] = [:]
                for name in replicas.names { daemons[name] = try start(name, of: replicas) }
                for edit in LeaseEdit.allCases {
                    // Whoever took such a Lease at once would not be caught writing beside its holder each time.
                    for hasNewcomer in edit.leavesNobody ? [false, true, false, true] : [false, true] {
                        try await round(edit, hasNewcomer, replicas, &daemons)
                    }
                }
                for daemon in daemons.values {
                    // The last one that was started may not have come to the point where it ends in order.
                    _ = try await daemon.url()
                    #expect(try await daemon.end() == 0)
                }
                let writes = try await replicas.writes()
                #expect(Replicas.intrusions(writes, replicas.reigns) == [])
                #expect(writes.count > 4 * LeaseEdit.allCases.count)
            }
        }
    }

    private func start(_ name: String, of replicas: Replicas) throws -> DaemonProcess {
        try replicas.start(name, ["--lease-seconds", "\(Self.leaseSeconds)"])
    }

    /// Edits the Lease while its holder writes, and waits until whoever has it then has written something.
    private func round(
        _ edit: LeaseEdit,
        _ hasNewcomer: Bool,
        _ replicas: Replicas,
        _ daemons: inout [String: DaemonProcess]
    ) async throws {
        let running = daemons
        // Something to write, all the time, and a pass for it.
        let work = Task {
            for number in 1... {
                try replicas.change(to: "\(edit)-\(number)")
                for daemon in running.values where daemon.line("serving the status") != nil {
                    daemon.send(.terminalClosed)
                }
                try await Task.sleep(for: .milliseconds(40))
            }
        }
        defer { work.cancel() }
        let leader = try await writer(replicas, since: .now, "before \(edit)")
        let standby = try #require(replicas.names.first { $0 != leader })
        if hasNewcomer { _ = try await daemons[standby]?.end(.kill) }
        let identity = try await identity(of: replicas.names.first { $0 != leader && $0 != standby }, daemons)
        let edited = Date.now
        replicas.kubernetes.edit(edit, "reconcile", in: "authentik", replica: identity)
        if hasNewcomer { daemons[standby] = try start(standby, of: replicas) }
        _ = try await writer(replicas, since: edited, "after \(edit)")
    }

    /// Who wrote while it held the Lease that it took or renewed since then.
    private func writer(_ replicas: Replicas, since start: Date, _ what: String) async throws -> String {
        let limit = ContinuousClock.now + Patience.limit
        while ContinuousClock.now < limit {
            // A while after the edit, so that it is no write of who has not noticed it.
            if let reign = replicas.reigns.last(where: { $0.holder != nil }), reign.from > start {
                let begin = replicas.reigns.first { $0.from > start }?.from ?? reign.from
                let writer = try await replicas.writes(since: begin).last?.by
                if let writer, writer == reign.holder { return writer }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("nobody wrote \(what)")
        throw CancellationError()
    }

    private func identity(of name: String?, _ daemons: [String: DaemonProcess]) async throws -> String {
        let daemon = try #require(name.flatMap { daemons[$0] })
        return try await daemon.status()["program"]?["leadership"]?["identity"]?.string ?? ""
    }
}
