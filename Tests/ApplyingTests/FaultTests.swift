import Applying
import AuthentikAPI
import AuthentikSandbox
import DesiredState
import JSON
import Planning
import Synchronization
import TestSupport
import Testing

private let transaction = "/api/v3/core/transactional/applications/"
private let applications = "/api/v3/core/applications/"
private let providers = "/api/v3/providers/oauth2/"
private let marks = "/api/v3/core/application_entitlements/"

/// What a pass makes of an Authentik, or a network, that fails.
///
/// An undisturbed first pass over the homelab sends 10 reads and 14 writes.
@Suite(.timeLimit(.minutes(60))) struct FaultTests {
    // MARK: - Slow

    @Test func `an Authentik that takes its time is waited for`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            let report = try await homelab.pass(under: "latency=1ms..30ms", "slow-body=20ms,share=0.5")
            #expect(report.isConverged)
            #expect(homelab.sandbox.requests.count == 24)
            #expect(homelab.faultCount == 24)
            try await homelab.expectWhole()
        }
    }

    @Test(
        arguments: [
            "latency=1m,path=/api/v3/providers/oauth2/,times=1", "latency=1m,path=\(transaction),times=1",
            "latency=1m,path=\(marks),method=POST,times=1", "slow-body=1m,path=/api/v3/providers/oauth2/,times=1",
            "slow-body=1m,path=\(transaction),times=1", "slow-body=1m,path=\(applications),method=POST,times=1",
        ]
    )
    func `what takes too long is asked again or looked up`(rule: String) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let report = try await homelab.pass(under: rule, timeLimit: .seconds(15))
            #expect(report.isConverged)
            #expect(report.requests.total > 24)
            try await homelab.expectWhole()
        }
    }

    // MARK: - Not there

    @Test(arguments: [502, 503, 504], ["", ",write=done"])
    func `an Authentik that is not ready now and then is asked again`(status: Int, write: String) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let report = try await homelab.pass(under: "unavailable=\(status),share=0.3\(write)", seed: 7)
            #expect(report.isConverged)
            #expect(homelab.faultCount > 3)
            try await homelab.expectWhole()
        }
    }

    @Test func `Retry-After is honoured`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            homelab.sandbox.faults.set(
                FaultPlan(rules: [FaultRule(.unavailable(status: 503, retryAfter: 1), method: "POST", times: 1)])
            )
            var pass = try await homelab.makeImpatientPass()
            let waits = Mutex<[Duration]>([])
            pass.client.onRetry = { _, wait in waits.withLock { $0.append(wait) } }
            #expect(try await pass.run().isConverged)
            #expect(waits.withLock { $0 } == [.seconds(1)])
            try await homelab.expectWhole()
        }
    }

    @Test func `a Retry-After beyond the deadline ends the pass at once`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            homelab.sandbox.faults.set(FaultPlan(rules: [FaultRule(.unavailable(status: 503, retryAfter: 3600))]))
            var pass = try await homelab.makeImpatientPass()
            pass.client.deadline = .now + .seconds(600)
            let doomed = pass
            let error = await #expect(throws: PassFailure.self) { try await doomed.run() }
            #expect(error?.kind == .unobservable)
            #expect(homelab.writes == [])
        }
    }

    @Test func `an Authentik that starts up is waited for, and not written to before`() async throws {
        let time = Mutex(ContinuousClock.now)
        var configuration = Sandbox.Configuration(token: "sandbox-token")
        configuration.now = { time.withLock { $0 } }
        configuration.faults = FaultPlan(rules: [FaultRule(.starting(.seconds(20), retryAfter: 0))])
        try await withHomelab(configuration: configuration) { homelab in
            var pass = try await homelab.makeImpatientPass()
            // Each retry, of eight reads at once, takes a second of the sandbox's clock.
            pass.client.onRetry = { _, _ in time.withLock { $0 += .seconds(1) } }
            let report = try await pass.run()
            #expect(report.isConverged)
            #expect(homelab.faultCount >= 20)
            #expect(homelab.sandbox.requests.count { $0.isWrite } == 14)
            try await homelab.expectWhole()
        }
    }

    // MARK: - Gone half way

    @Test(arguments: [("PUT", transaction), ("POST", applications), ("POST", marks)])
    func `a create that was lost on the way is sent again`(method: String, path: String) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let report = try await homelab.pass(under: "reset=before,method=\(method),path=\(path),times=2")
            #expect(report.isConverged)
            #expect(homelab.faultCount == 2)
            #expect(homelab.writes.count == 16)
            try await homelab.expectWhole()
        }
    }

    @Test(
        arguments: [("PUT", transaction), ("POST", applications), ("POST", marks)],
        ["reset=after", "cut", "truncated", "unavailable=504,write=done"]
    )
    func `a create whose answer was lost is looked up and not sent again`(
        create: (method: String, path: String),
        fault: String
    ) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let rule = "\(fault),method=\(create.method),path=\(create.path),times=2"
            let report = try await homelab.pass(under: rule)
            #expect(report.isConverged)
            #expect(homelab.faultCount == 2)
            #expect(homelab.writes.count == 14)
            try await homelab.expectWhole()
        }
    }

    @Test(arguments: ["reset=before", "reset=after", "cut", "truncated", "unavailable=502,write=done"])
    func `a change whose answer was lost is made once more at most`(fault: String) async throws {
        try await withHomelab { homelab in
            let before = try await homelab.state()
            try await homelab.admin.changeProvider("grafana", ["client_id": "by hand"])
            try await homelab.admin.changeApplication("mkdocs", ["name": "By hand"])
            let report = try await homelab.pass(under: "\(fault),method=PATCH,times=2")
            #expect(report.isConverged)
            #expect(try await homelab.state() == before)
            try await homelab.expectWhole()
        }
    }

    @Test(arguments: ["reset=before", "reset=after", "cut"])
    func `a read that was lost is sent again`(fault: String) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let report = try await homelab.pass(under: "\(fault),method=GET,times=2")
            #expect(report.isConverged)
            #expect(homelab.faultCount == 2)
            #expect(homelab.writes.count == 14)
            try await homelab.expectWhole()
        }
    }

    @Test func `a create that is never answered fails by itself, and the next pass finishes it`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            let report = try await homelab.pass(
                under: "reset=after,method=PUT",
                "reset=before,method=GET,path=\(applications)grafana/"
            )
            #expect(!report.isConverged)
            #expect(report.outcomes.filter { !$0.isConverged }.map(\.plan.slug) == ["grafana"])
            #expect(homelab.writes.count { $0.hasPrefix("PUT") } == 2)
            #expect(try await homelab.pass().isConverged)
            try await homelab.expectWhole()
        }
    }

    // MARK: - Nonsense

    @Test(
        arguments: ["truncated", "html=200", "html=404", "html=500"],
        ["admin/version", "core/users/me", "core/applications", "providers/oauth2", "flows/instances"]
    )
    func `a pass that is told nonsense writes nothing`(fault: String, list: String) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let failure = try await homelab.failure(under: "\(fault),path=/api/v3/\(list)/")
            #expect(failure.kind == .unobservable)
            #expect(try await homelab.pass().isConverged)
            try await homelab.expectWhole()
        }
    }

    @Test(arguments: [200, 404, 500])
    func `a service that is answered with a page fails by itself`(status: Int) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let report = try await homelab.pass(under: "html=\(status),method=PUT")
            #expect(!report.isConverged)
            #expect(report.outcomes.filter { !$0.isConverged }.map(\.plan.slug) == ["argocd", "grafana"])
            #expect(try await homelab.pass().isConverged)
            try await homelab.expectWhole()
        }
    }

    /// A proxy's 404 does not say that the object is not there.
    @Test func `a page that is no answer of Authentik does not count as not found`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            let report = try await homelab.pass(
                under: "reset=after,method=PUT",
                "html=404,method=GET,path=\(applications)grafana/"
            )
            #expect(report.outcomes.filter { !$0.isConverged }.map(\.plan.slug) == ["grafana"])
            #expect(homelab.writes.count { $0.hasPrefix("PUT") } == 2)
            #expect(try await homelab.pass().isConverged)
            try await homelab.expectWhole()
        }
    }

    // MARK: - Refused

    /// After so many requests: before and while it observes, and with some of the writes done.
    @Test(arguments: [0, 5, 8, 10, 15, 19, 22])
    func `a token that is revoked half way ends the pass, and the next one finishes it`(after: Int) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let rule = "revoked,after=\(after)"
            if after < 8 {
                let failure = try await homelab.failure(under: rule)
                #expect(failure.kind == .refused)
                #expect(failure.kind == .refused)
            } else {
                let report = try await homelab.pass(under: rule)
                #expect(!report.isConverged)
                #expect(homelab.sandbox.requests.count { $0.status == 403 } < 14)
            }
            #expect(try await homelab.pass().isConverged)
            try await homelab.expectWhole()
        }
    }

    @Test func `once the token is refused no other service is begun`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            let report = try await homelab.pass(under: "revoked,after=8")
            // Four are under way at the same time.
            #expect(homelab.writes.count <= 4)
            let failures = report.outcomes.compactMap(\.failure?.message)
            #expect(failures.count == 7)
            #expect(failures.count { $0 == "not attempted: Authentik rejected the token" } >= 3)
        }
    }

    // MARK: - Lists that change while they are read

    @Test(arguments: [("vanish", 1, 120), ("vanish", 2, 250), ("appear", 1, 120), ("appear", 1, 200)])
    func `a list that shifts once is looked at again`(shift: String, times: Int, count: Int) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let desired = try Homelab.bookmarks(count)
            #expect(try await homelab.makePass(of: desired).run().isConverged)
            let rule = "shift=\(shift),path=\(applications),times=\(times)"
            let report = try await homelab.pass(under: rule, of: desired)
            #expect(homelab.faultCount == times)
            #expect(homelab.writes == [])
            #expect(report.outcomes.allSatisfy { $0.plan.decision == .inSync })
        }
    }

    @Test(arguments: ["vanish", "appear", "swap"], [applications, marks])
    func `a list that never holds still is read all the same`(shift: String, path: String) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let desired = try Homelab.bookmarks(250)
            #expect(try await homelab.makePass(of: desired).run().isConverged)
            let report = try await homelab.pass(under: "shift=\(shift),path=\(path)", of: desired)
            #expect(homelab.faultCount > 0)
            #expect(homelab.writes == [])
            #expect(report.outcomes.allSatisfy { $0.plan.decision == .inSync })
            // Three pages more for what is missing at most, or one for each gap.
            #expect(report.requests.reads <= 8 + 4 + 6)
        }
    }

    /// A service of which a list did not show something is never taken for new, nor for one of nobody's.
    @Test(arguments: ["vanish", "swap"], [applications, marks, providers])
    func `what slips through a list that shifts is found`(shift: String, path: String) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let desired = try Homelab.logins(120)
            #expect(try await homelab.makePass(of: desired).run().isConverged)
            let before = try await homelab.state()
            let report = try await homelab.pass(under: "shift=\(shift),path=\(path)", of: desired)
            #expect(homelab.faultCount > 0)
            #expect(homelab.writes == [])
            #expect(report.outcomes.allSatisfy { $0.plan.decision == .inSync })
            #expect(try await homelab.state() == before)
        }
    }

    /// An application that is declared no more has slipped through, and the orphan is deleted all the same.
    @Test(arguments: ["vanish", "swap"])
    func `orphans that slip through are found`(shift: String) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let desired = try Homelab.bookmarks(120)
            #expect(try await homelab.makePass(of: desired).run().isConverged)
            let other = DesiredState(owner: desired.owner, services: [])
            let report = try await homelab.pass(under: "shift=\(shift),path=\(applications)", of: other)
            #expect(homelab.faultCount > 0)
            #expect(report.outcomes.count == 120)
            #expect(report.outcomes.allSatisfy { $0.plan.decision == .orphan })
        }
    }

    // MARK: - Everything

    /// Whatever goes wrong: in the end all is there, and nothing twice.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `passes converge through everything at once`(seed: UInt64) async throws {
        try await withHomelab(isConverged: false) { homelab in
            for attempt in 1...40 {
                do {
                    let report = try await homelab.pass(
                        under: "latency=1ms..5ms,share=0.3",
                        "unavailable=503,retry-after=0,share=0.05",
                        "unavailable=502,write=done,share=0.05",
                        "reset=before,share=0.05",
                        "reset=after,share=0.05",
                        "cut,share=0.05",
                        "slow-body=5ms,share=0.05",
                        "truncated,share=0.02",
                        "html=500,share=0.05",
                        "revoked,share=0.01",
                        seed: seed << 8 + UInt64(attempt)
                    )
                    if report.isConverged { break }
                } catch let failure as PassFailure {
                    #expect(homelab.writes == [])
                    homelab.expectNoSecrets(in: failure.description)
                }
                try #require(attempt < 40)
            }
            try await homelab.expectWhole()
        }
    }
}
