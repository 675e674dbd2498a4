import AuthentikSandbox
import FoundationEssentials
import TestSupport
import Testing

/// Which random worlds are tried: `RECONCILE_WORLDS` says how many, `RECONCILE_SEED` which is the first.
enum RandomWorlds {
    private static let environment = ProcessInfo.processInfo.environment
    static let first = environment["RECONCILE_SEED"].flatMap { UInt64($0) } ?? 1

    /// - Parameter usual: how many unless told otherwise.
    static func count(usual: Int) -> Int { environment["RECONCILE_WORLDS"].flatMap { Int($0) } ?? usual }

    /// Tries each, four at the same time.
    static func forEach(usual: Int, _ check: @escaping @Sendable (_ seed: UInt64) async throws -> Void) async throws {
        var seeds = (0..<UInt64(count(usual: usual))).map { first &+ $0 }[...]
        try await withThrowingTaskGroup(of: Void.self) { group in
            func addNext() {
                guard let seed = seeds.popFirst() else { return }
                group.addTask { try await check(seed) }
            }
            for _ in 0..<4 { addNext() }
            while try await group.next() != nil { addNext() }
        }
    }
}

/// Runs a part of a trial beside an Authentik, with the secrets of random files.
func withRandomWorld<Result: Sendable>(
    _ configuration: Sandbox.Configuration,
    _ body: @Sendable (Homelab) async throws -> Result
) async throws -> Result {
    try await withSandbox(configuration: configuration) { sandbox, baseURL in
        var homelab = Homelab(sandbox: sandbox, admin: try Admin(baseURL: baseURL), baseURL: baseURL)
        homelab.secrets = RandomFile.secrets
        return try await body(homelab)
    }
}

/// Where a process is killed.
struct Killing: CustomStringConvertible {
    /// How many requests it has sent by then.
    let moment: Int
    /// Whether the last one is carried out, and its answer lost.
    let isAnswerLost: Bool

    init(within requests: Int, _ random: inout RandomSource) {
        moment = Int.random(in: 0..<max(requests, 1), using: &random)
        isAnswerLost = random.chance(25)
    }

    var faults: FaultPlan {
        var rules = [FaultRule(.revoked, after: moment + (isAnswerLost ? 1 : 0))]
        if isAnswerLost { rules.append(FaultRule(.reset(.after), after: moment, times: 1)) }
        return FaultPlan(rules: rules)
    }

    var description: String { "killed after \(moment) requests" }
}
