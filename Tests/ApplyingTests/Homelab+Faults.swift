import Applying
import AuthentikAPI
import AuthentikSandbox
import Base
import DesiredState
import FoundationEssentials
import JSON
import Planning
import Testing

extension Homelab {
    /// A pass that hardly waits before it tries again.
    func makeImpatientPass(of desired: DesiredState? = nil, timeLimit: Duration = .seconds(30)) async throws -> Pass {
        var pass = try await makePass(of: try desired ?? Self.desiredState(), timeLimit: timeLimit)
        pass.client.retryPolicy.backoff.baseDelay = .milliseconds(1)
        pass.client.retryPolicy.backoff.maximumDelay = .milliseconds(2)
        return pass
    }

    /// An impatient pass while these faults are in force.
    func pass(
        under rules: String...,
        seed: UInt64 = 0,
        of desired: DesiredState? = nil,
        timeLimit: Duration = .seconds(30)
    ) async throws -> PassReport {
        try await underFaults(rules, seed: seed) {
            let report = try await makeImpatientPass(of: desired, timeLimit: timeLimit).run()
            for outcome in report.outcomes { expectNoSecrets(in: "\(outcome.failure.map { "\($0)" } ?? "")") }
            return report
        }
    }

    /// Why an impatient pass fails while these faults are in force; it wrote nothing.
    func failure(
        under rules: String...,
        of desired: DesiredState? = nil,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) async throws -> PassFailure {
        try await underFaults(rules, seed: 0) {
            let error = await #expect(throws: PassFailure.self, sourceLocation: sourceLocation) {
                try await makeImpatientPass(of: desired).run()
            }
            let failure = try #require(error, sourceLocation: sourceLocation)
            expectNoSecrets(in: failure.description, sourceLocation: sourceLocation)
            #expect(writes == [], sourceLocation: sourceLocation)
            return failure
        }
    }

    private func underFaults<Result>(
        _ rules: [String],
        seed: UInt64,
        _ body: () async throws -> Result
    ) async throws -> Result {
        sandbox.faults.set(FaultPlan(seed: seed, rules: try rules.map(FaultRule.init(parsing:))))
        sandbox.resetRequests()
        defer { sandbox.faults.set(FaultPlan()) }
        return try await body()
    }

    /// How often something went wrong on purpose since the last reset.
    var faultCount: Int { sandbox.requests.count { !$0.faults.isEmpty } }

    /// Everything is there once, and as it is declared: nothing doubled, nothing half done.
    func expectWhole(sourceLocation: Testing.SourceLocation = #_sourceLocation) async throws {
        let state = try await state()
        #expect(state.applications.count == 7, sourceLocation: sourceLocation)
        #expect(state.providers.count == 2, sourceLocation: sourceLocation)
        #expect(state.marks.count == 7, sourceLocation: sourceLocation)
        try await expectNothingToDo(sourceLocation: sourceLocation)
    }

    func expectNoSecrets(in text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) {
        for secret in ["sandbox-token"] + secrets.values {
            #expect(!text.contains(secret), sourceLocation: sourceLocation)
        }
    }

    /// Bookmarks `bookmark-0`, …, enough for lists of several pages.
    static func bookmarks(_ count: Int) throws -> DesiredState {
        var desired = try desiredState()
        let template = try #require(desired.services.first { $0.provider == nil })
        desired.services = (0..<count).map { number in
            var service = template
            service.slug = "bookmark-\(number)"
            return service
        }
        return desired
    }

    /// That many services with an OIDC login.
    ///
    /// - Parameters:
    ///   - head: lines before the services.
    ///   - fields: more fields of each service.
    static func logins(_ count: Int, head: String = "", fields: String = "") throws -> DesiredState {
        let services = (0..<count).map { number in
            "  - {slug: login-\(number), name: Login \(number), host: login-\(number).example.net, "
                + "redirectPath: /callback, secretRef: {env: GRAFANA_OAUTH_CLIENT_SECRET}\(fields)}\n"
        }
        let text = "apiVersion: reconcile/v1\nowner: homelab\n\(head)services:\n\(services.joined())"
        let file = FileManager.default.temporaryDirectory.appending(path: "logins-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        let result = DesiredStateLoader.load(paths: [file.path])
        #expect(result.diagnostics == [])
        return try #require(result.state)
    }
}
