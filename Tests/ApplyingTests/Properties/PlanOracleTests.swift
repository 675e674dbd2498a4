import Applying
import AuthentikAPI
import AuthentikSandbox
import DesiredState
import Foundation
import JSON
import Planning
import TestSupport
import Testing

@testable import Reporting

/// The plans of random worlds, frozen: a change of the program's inside that is not meant to change a plan is held
/// against what the program planned before it.
///
/// `Oracle/plans.txt` has a line for each of 1,000 worlds: its seed and a digest of the plan as text, as Markdown and as
/// JSON. 300 of them are compared unless `RECONCILE_WORLDS` says how many. `Oracle/access-plans.txt` has the same of 100
/// worlds and files that say who may open what. To see what differs, have both commits
/// write their plans, `RECONCILE_ORACLE_TEXTS=FOLDER swift test --filter PlanOracleTests`, and compare the folders.
/// After a change that is meant: `REWRITE_GOLDEN=1 swift test --filter PlanOracleTests`.
@Suite(.timeLimit(.minutes(60))) struct PlanOracleTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let isRewriting = environment["REWRITE_GOLDEN"] != nil
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Oracle")

    /// A set of frozen worlds.
    private struct Worlds {
        var file: String
        var all: Int
        /// How many are compared unless told otherwise.
        var usual: Int
        var plan: @Sendable (_ seed: UInt64) async throws -> RenderedPlan

        var count: Int {
            isRewriting ? all : min(environment["RECONCILE_WORLDS"].flatMap { Int($0) } ?? usual, all)
        }
    }

    @Test func `random worlds are planned as they were`() async throws {
        try await compare(Worlds(file: "plans", all: 1_000, usual: 300, plan: Self.plan))
    }

    @Test func `and so are those with access`() async throws {
        try await compare(Worlds(file: "access-plans", all: 100, usual: 100, plan: Self.planWithAccess))
    }

    private func compare(_ worlds: Worlds) async throws {
        let file = Self.folder.appending(path: "\(worlds.file).txt")
        var plans: [UInt64: RenderedPlan] = [:]
        var seeds = (1...UInt64(worlds.count))[...]
        try await withThrowingTaskGroup(of: (UInt64, RenderedPlan).self) { group in
            func addNext() {
                guard let seed = seeds.popFirst() else { return }
                group.addTask { (seed, try await worlds.plan(seed)) }
            }
            for _ in 0..<4 { addNext() }
            while let (seed, plan) = try await group.next() {
                plans[seed] = plan
                addNext()
            }
        }
        let lines = plans.sorted { $0.key < $1.key }.map { "\($0) \($1.digests)" }
        if let folder = Self.environment["RECONCILE_ORACLE_TEXTS"] {
            try write(plans, to: URL(filePath: folder).appending(path: worlds.file))
        }
        if Self.isRewriting { try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file) }
        let frozen = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        try #require(frozen.count == worlds.all)
        let different = zip(lines, frozen).filter { $0 != $1 }.map(\.0)
        #expect(different == [], "planned otherwise than before: \(different.count) of \(lines.count) worlds")
    }

    private static func plan(_ seed: UInt64) async throws -> RenderedPlan {
        var random = RandomSource(seed: seed)
        let file = RandomFile(&random)
        let worldSeed = random.next()
        return try await plan(file.desired, .december2025) { try await RandomWorld.make($0.admin, seed: worldSeed) }
    }

    private static func planWithAccess(_ seed: UInt64) async throws -> RenderedPlan {
        let world = AccessWorld(seed: seed)
        return try await plan(world.desired, world.access.release) { try await world.make($0) }
    }

    private static func plan(
        _ desired: DesiredState,
        _ release: Sandbox.Release,
        make: @Sendable (Homelab) async throws -> Void
    ) async throws -> RenderedPlan {
        let configuration = Sandbox.Configuration(release: release, token: "sandbox-token")
        return try await withSandbox(configuration: configuration) { sandbox, baseURL in
            var homelab = Homelab(sandbox: sandbox, admin: try Admin(baseURL: baseURL), baseURL: baseURL)
            homelab.secrets = RandomFile.secrets
            try await make(homelab)
            let pass = try await homelab.makePass(of: desired)
            let (plan, release, _) = try await pass.plan()
            let result = PlanResult(plan: plan, release: release, address: pass.client.address)
            let forms = [
                PlanText(style: Style(isColored: false), isVerbose: true).render(result),
                PlanMarkdown(isVerbose: true).render(result),
                JSONText.of(pass.record(plan, release)),
            ]
            return RenderedPlan(forms: forms.map { repeatable($0, baseURL: baseURL) })
        }
    }

    /// A text without what each sandbox makes up: its port, and the uuids that stand for objects, which become numbers in
    /// the order in which they come.
    private static func repeatable(_ text: String, baseURL: String) -> String {
        var numbers: [Substring: Int] = [:]
        return text.replacing(baseURL, with: "http://authentik").replacing(uuid) { match in
            let number = numbers[match.output] ?? numbers.count + 1
            numbers[match.output] = number
            return "uuid-\(number)"
        }
    }

    private static var uuid: Regex<Substring> { /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/ }

    private func write(_ plans: [UInt64: RenderedPlan], to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (seed, plan) in plans {
            let text = plan.forms.joined(separator: "\n\n")
            try Data(text.utf8).write(to: folder.appending(path: "\(seed).txt"))
        }
    }
}

/// A plan in all its forms.
private struct RenderedPlan: Sendable {
    var forms: [String]

    /// A digest of each form, apart.
    var digests: String { forms.map(\.digest).joined(separator: " ") }
}

extension String {
    /// FNV-1a of 64 bits, in hexadecimal digits (Fowler, Noll, Vo: draft-eastlake-fnv).
    fileprivate var digest: String {
        let hash = utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
