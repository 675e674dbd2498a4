import Applying
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import TestSupport
import Testing

/// What becomes of what is there without a mark, by the service's policy.
@Suite(.timeLimit(.minutes(60))) struct AdoptionTests {
    /// How much an application, and its provider if it has one, that is there already is like the declared one.
    enum Likeness: CaseIterable {
        /// As this program would have created it: its own unfinished create.
        case asCreated
        /// As declared, and other in what the file leaves out.
        case asDeclared
        case different
    }

    static let cases: [(AdoptionPolicy, Likeness, Decision)] = [
        (.always, .asCreated, .adopt), (.always, .asDeclared, .adopt), (.always, .different, .adopt),
        (.matching, .asCreated, .adopt), (.matching, .asDeclared, .adopt), (.matching, .different, .conflict),
        (.never, .asCreated, .adopt), (.never, .asDeclared, .conflict), (.never, .different, .conflict),
    ]

    private func change(_ slug: String, _ likeness: Likeness, _ admin: Admin) async throws {
        switch likeness {
        case .asCreated: break
        case .asDeclared: try await admin.changeApplication(slug, ["open_in_new_tab": true])
        case .different: try await admin.changeApplication(slug, ["name": "By hand"])
        }
    }

    @Test(arguments: cases, ["grafana", "trivy"])
    func `an application without a mark`(_ row: (AdoptionPolicy, Likeness, Decision), _ slug: String) async throws {
        let (policy, likeness, decision) = row
        try await withHomelab { homelab in
            try await homelab.admin.removeMark(of: slug)
            try await change(slug, likeness, homelab.admin)
            let before = try await homelab.admin.application(slug)
            homelab.sandbox.resetRequests()
            let report = try await homelab.pass { desired in
                for index in desired.services.indices { desired.services[index].adopt = policy }
            }
            let service = try #require(report.outcomes.first { $0.plan.slug == slug })
            #expect(service.plan.decision == decision)
            #expect((try await homelab.admin.mark(of: slug) != nil) == (decision == .adopt))
            guard decision == .conflict else { return }
            #expect(!report.isConverged)
            #expect(homelab.writes == [])
            #expect(try await homelab.admin.application(slug) == before)
            #expect(service.plan.changes.map(\.field) == (likeness == .different ? ["name"] : []))
            #expect(service.plan.reason.contains("adopt: always"))
        }
    }

    @Test(arguments: [AdoptionPolicy.matching, .never])
    func `another secret is a difference, and never shown`(_ policy: AdoptionPolicy) async throws {
        try await withHomelab { homelab in
            try await homelab.admin.removeMark(of: "grafana")
            try await homelab.admin.changeProvider("grafana", ["client_secret": "by-hand"])
            let report = try await homelab.pass { desired in
                for index in desired.services.indices { desired.services[index].adopt = policy }
            }
            let service = try #require(report.outcomes.first { $0.plan.slug == "grafana" })
            #expect(service.plan.decision == .conflict)
            #expect(service.plan.changes.map(\.field) == ["client_secret"])
            #expect(service.plan.changes.flatMap { $0.after.shown } == ["(secret)"])
            #expect(try await homelab.admin.provider("grafana")["client_secret"] == "by-hand")
        }
    }

    @Test(arguments: [AdoptionPolicy.matching, .never], [true, false])
    func `a provider without its application`(_ policy: AdoptionPolicy, _ isAsCreated: Bool) async throws {
        try await withHomelab { homelab in
            try await homelab.admin.deleteApplication("grafana")
            if !isAsCreated { try await homelab.admin.changeProvider("grafana", ["sub_mode": "user_email"]) }
            let report = try await homelab.pass { desired in
                for index in desired.services.indices { desired.services[index].adopt = policy }
            }
            let service = try #require(report.outcomes.first { $0.plan.slug == "grafana" })
            let isTaken = isAsCreated || policy == .matching
            #expect(service.plan.decision == (isTaken ? .link : .conflict))
        }
    }
}
