import DesiredState
import Kinds
import Planning
import Testing
import Verification

@testable import Applying
@testable import AuthentikAPI
@testable import Controller
@testable import Status

/// Which logins are probed after which pass.
@Suite(.timeLimit(.minutes(60))) struct ProbeScheduleTests {
    private let start = ContinuousClock.now
    private let period = Duration.seconds(3600)

    private func service(_ slug: String, _ change: (inout Service) -> Void = { _ in }) -> Service {
        var service = Service(slug: slug, location: SourceLocation(file: "f", line: 1, column: 1))
        service.provider = Provider(slug: slug, redirectURIs: [RedirectURI("https://\(slug).example/cb")])
        change(&service)
        return service
    }

    private func report(_ slugs: [String], written: Set<String> = [], stuck: Set<String> = []) throws -> PassReport {
        let outcomes = slugs.map { slug in
            let decision: Decision = stuck.contains(slug) ? .conflict : written.contains(slug) ? .update : .inSync
            var outcome = ServiceOutcome(plan: ServicePlan(slug: slug, decision: decision, reason: "because"))
            if written.contains(slug) { outcome.written = [.updateProvider] }
            return outcome
        }
        let release = try #require(Release("2025.12.4"))
        return PassReport(release: release, outcomes: outcomes, requests: RequestCounts(), duration: .zero)
    }

    private func verification(_ slugs: [String], failing: Set<String> = [], serverTime: Duration = .zero) throws
        -> VerificationReport
    {
        let failure = ProbeFailure(.secretMismatch, "no", remedy: "correct it")
        return VerificationReport(
            release: try #require(Release("2025.12.4")),
            address: "https://sso.example.net",
            services: slugs.map { slug in
                let outcome: CheckResult.Outcome = failing.contains(slug) ? .failed(failure) : .passed
                return ServiceVerification(slug: slug, results: [CheckResult(.secret, outcome)])
            },
            withoutLogin: 0,
            requests: 0,
            duration: .zero,
            serverTime: serverTime
        )
    }

    @Test func `what was verified is due again within the period, each at its own moment`() throws {
        var schedule = ProbeSchedule(period: AdaptiveInterval(period, isGiven: true))
        let slugs = ["a", "b", "c", "d"]
        let desired = DesiredState(owner: "o", services: slugs.map { service($0) })
        #expect(schedule.due(after: try report(slugs), of: desired, at: start) == Set(slugs))
        schedule.ended(try verification(slugs), at: start)
        func due(_ seconds: Int) throws -> Set<String> {
            schedule.due(after: try report(slugs), of: desired, at: start + .seconds(seconds))
        }
        #expect(try due(0) == [])
        #expect(try due(1800) == [])
        #expect(try due(2250) == ["a"])
        #expect(try due(3150) == ["a", "b", "c"])
        #expect(try due(3600) == Set(slugs))
    }

    /// 100 services; probes took Authentik 0.2 s or 2 s for each.
    @Test(arguments: [
        (isGiven: false, probed: 100, each: 0.2, seconds: 3600), (false, 100, 2, 10_000), (true, 100, 2, 3600),
        (false, 50, 2, 10_000), (false, 19, 2, 3600), (false, 100, 2000, 86_400),
    ])
    func `the period grows with what probes cost Authentik`(
        isGiven: Bool,
        probed: Int,
        each: Double,
        seconds: Int
    ) throws {
        var schedule = ProbeSchedule(period: AdaptiveInterval(period, isGiven: isGiven))
        let slugs = (0..<100).map { "s\($0)" }
        let desired = DesiredState(owner: "o", services: slugs.map { service($0) })
        _ = schedule.due(after: try report(slugs), of: desired, at: start)
        let some = Array(slugs.prefix(probed))
        schedule.ended(try verification(some, serverTime: .seconds(each * Double(probed))), at: start)
        #expect(schedule.period.duration == .seconds(seconds))
    }

    @Test func `what changed is due at once, and what failed after each pass`() throws {
        var schedule = ProbeSchedule(period: AdaptiveInterval(period, isGiven: true))
        var desired = DesiredState(owner: "o", services: [service("a"), service("b"), service("c")])
        _ = schedule.due(after: try report(["a", "b", "c"]), of: desired, at: start)
        schedule.ended(try verification(["a", "b", "c"], failing: ["c"]), at: start)
        #expect(schedule.due(after: try report(["a", "b", "c"]), of: desired, at: start) == ["c"])
        #expect(
            schedule.due(after: try report(["a", "b", "c"], written: ["a"]), of: desired, at: start) == ["a", "c"]
        )
        schedule.ended(try verification(["a", "c"]), at: start)
        desired.services[1] = service("b") { $0.provider?.clientID = "another" }
        #expect(schedule.due(after: try report(["a", "b", "c"]), of: desired, at: start) == ["b"])
    }

    @Test func `what is not as declared, has no login or is left out is never due`() throws {
        var schedule = ProbeSchedule(period: AdaptiveInterval(period, isGiven: true))
        let bookmark = Service(slug: "bookmark", location: SourceLocation(file: "f", line: 1, column: 1))
        let services = [service("a"), service("left") { $0.verifies = false }, bookmark, service("stuck")]
        let slugs = services.map(\.slug)
        let desired = DesiredState(owner: "o", services: services)
        #expect(schedule.due(after: try report(slugs, stuck: ["stuck"]), of: desired, at: start) == ["a"])
        #expect(schedule.due(after: try report([]), of: desired, at: start) == [])
    }

    // MARK: - In the loop

    private static let text = """
        apiVersion: reconcile/v1
        owner: homelab
        services:
          - {slug: docs, host: h.example, redirectPath: /c, secretRef: {file: "FOLDER/secret"}}
        """

    @Test func `a pass is followed by probes, which no pass waits for`() async throws {
        try await LoopStory(text: Self.text) { $0.verifyPeriod = .seconds(3600) }.run { story in
            story.authentik.login(of: "docs", fails: ProbeFailure(.secretMismatch, "no", remedy: "correct it"))
            await story.pass(.inSync)
            await story.status { $0.services.first?.state == .unverified }
            #expect(story.authentik.probed == [["docs"]])
            #expect(!story.status.isInSync)
            story.authentik.login(of: "docs", fails: nil)
            await story.loop.ask(.signal)
            await story.pass(.inSync)
            await story.status { $0.isInSync }
            #expect(story.authentik.probed.count == 2)
            // Cached, as long as nothing changes.
            await story.loop.ask(.signal)
            await story.pass(.inSync)
            #expect(story.status.isInSync && story.authentik.probed.count == 2)
        }
    }

    @Test func `without a period nobody probes`() async throws {
        try await LoopStory(text: Self.text).run { story in
            await story.pass(.inSync)
            #expect(story.authentik.probed.isEmpty)
        }
    }
}
