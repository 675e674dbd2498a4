import Foundation
import JSON
import KubernetesSupport
import Subprocess
import Synchronization
import TestSupport
import Testing

/// Two daemons with one Lease, which are paused and killed, and whose Kubernetes goes away, at random: never do both
/// write.
///
/// 50 rounds unless told otherwise; for a night: `RECONCILE_ROUNDS=1000 swift test --filter TwoWritersTests`, with
/// `RECONCILE_SEED` to repeat one.
@Suite(.timeLimit(.minutes(60))) struct TwoWritersTests {
    private static func variable(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    private static let rounds = variable("RECONCILE_ROUNDS") ?? 50
    private static let leaseSeconds = 2

    /// What is done to the replicas in a round.
    private enum Mishap: CaseIterable {
        case pauseOne, pauseBoth, kill, end, kubernetesGoes
    }

    @Test func `never do both write`() async throws {
        let seed = Self.variable("RECONCILE_SEED") ?? Int.random(in: 0..<1_000_000)
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                let replicas = try await Replicas(workplace, kubernetes)
                let story = try Story(replicas, seed: seed)
                try await story.run(rounds: Self.rounds)
                let writes = try await replicas.writes()
                let reigns = replicas.reigns
                #expect(Replicas.intrusions(writes, reigns) == [], "seed \(seed)")
                // Something was there to go wrong.
                let takeovers = zip(reigns, reigns.dropFirst()).count { $0.holder != $1.holder }
                #expect(takeovers > Self.rounds / 8, "seed \(seed)")
                #expect(writes.count > Self.rounds, "seed \(seed)")
                #expect(Set(writes.map(\.by)) == Set(replicas.names), "seed \(seed)")
                print(
                    "\(Self.rounds) rounds (seed \(seed)): \(writes.count) writes, \(takeovers) changes of the holder"
                )
            }
        }
    }

    /// The replicas at work, and what happens to them.
    private final class Story {
        private let replicas: Replicas
        private var random: SeededRandom
        private let daemons: Daemons

        /// Those that run, by name.
        private final class Daemons: Sendable {
            let running = Mutex<[String: DaemonProcess]>([:])

            var all: [DaemonProcess] { running.withLock { Array($0.values) } }

            subscript(name: String) -> DaemonProcess? {
                get { running.withLock { $0[name] } }
                set { running.withLock { $0[name] = newValue } }
            }
        }

        init(_ replicas: Replicas, seed: Int) throws {
            self.replicas = replicas
            random = SeededRandom(seed: UInt64(seed))
            daemons = Daemons()
            for name in replicas.names { daemons[name] = try start(name) }
        }

        private func start(_ name: String) throws -> DaemonProcess {
            try replicas.start(name, ["--lease-seconds", "\(TwoWritersTests.leaseSeconds)"])
        }

        func run(rounds: Int) async throws {
            let (replicas, daemons) = (replicas, daemons)
            // Something to write, all the time, and a pass for it.
            let work = Task {
                for number in 1... {
                    try replicas.change(to: "G\(number)")
                    // Before it serves, the signal may end it.
                    for daemon in daemons.all where daemon.line("serving the status") != nil {
                        daemon.send(.terminalClosed)
                    }
                    try await Task.sleep(for: .milliseconds(40))
                }
            }
            defer { work.cancel() }
            for _ in 0..<rounds { try await round() }
            for daemon in daemons.all { _ = try await daemon.end(.kill) }
        }

        private func round() async throws {
            // What happens to the leader is more telling.
            let leader = random.chance(0.6) ? replicas.reigns.last?.holder : nil
            let name = leader ?? replicas.names.randomElement(using: &random) ?? ""
            guard let daemon = daemons[name] else { return }
            switch Mishap.allCases.randomElement(using: &random) ?? .kill {
            case .pauseOne:
                daemon.send(.suspend)
                try await wait(upTo: 3000)
                daemon.send(.resume)
            case .pauseBoth:
                for daemon in daemons.all { daemon.send(.suspend) }
                for daemon in daemons.all {
                    try await wait(upTo: 1500)
                    daemon.send(.resume)
                }
            case .kill:
                _ = try await daemon.end(.kill)
                try await wait(upTo: 2500)
                daemons[name] = try start(name)
            case .end:
                _ = try await daemon.end()
                daemons[name] = try start(name)
            case .kubernetesGoes:
                try await replicas.kubernetes.goAway()
                try await wait(upTo: 2500)
                try await replicas.kubernetes.comeBack()
            }
            try await wait(upTo: 1500)
        }

        private func wait(upTo milliseconds: Int) async throws {
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...milliseconds, using: &random)))
        }
    }
}
