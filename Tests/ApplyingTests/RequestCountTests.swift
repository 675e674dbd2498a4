import Applying
import AuthentikSandbox
import DesiredState
import JSON
import Planning
import Synchronization
import TestSupport
import Testing

@testable import AuthentikAPI

/// How many requests a pass sends: none for each service, as long as nothing is to be done.
@Suite(.timeLimit(.minutes(60))) struct RequestCountTests {
    /// Release, account, flows, keys and scope mappings.
    private static let fixed = 5

    private static func pages(_ count: Int) -> Int { max(1, (count + 99) / 100) }

    @Test(arguments: [1, 100, 101, 250])
    func `a pass without changes reads five objects and the pages of three lists`(count: Int) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let desired = try Homelab.logins(count)
            #expect(try await homelab.makePass(of: desired).run().isConverged)
            homelab.sandbox.resetRequests()
            let report = try await homelab.makePass(of: desired).run()
            #expect(report.isConverged)
            #expect(report.requests.reads == Self.fixed + 3 * Self.pages(count))
            #expect(report.requests.writes == 0)
            // As many arrived as were counted, and none is about one object.
            let paths = homelab.sandbox.requests.map { $0.path.prefix { $0 != "?" } }
            #expect(paths.count == report.requests.total)
            #expect(Set(paths).count == Self.fixed + 3)
        }
    }

    /// What a file uses adds the pages of its lists, and nothing for each service.
    @Test func `lists are read if a file uses them`() async throws {
        try await withHomelab(isConverged: false) { homelab in
            let desired = try Homelab.logins(
                120,
                head: "groups:\n  - name: family\n",
                fields: ", access: {groups: [family]}"
            )
            #expect(try await homelab.makePass(of: desired).run().isConverged)
            homelab.sandbox.resetRequests()
            let report = try await homelab.makePass(of: desired).run()
            #expect(report.isConverged)
            // Groups, bindings on two pages, and the policy that closes services.
            #expect(report.requests.reads == Self.fixed + 3 * 2 + 1 + 2 + 1)
            #expect(report.requests.writes == 0)
        }
    }

    @Test(arguments: [(1, 0), (50, 0), (1, 120), (40, 120)])
    func `a service that is created takes a transaction and a mark`(new: Int, count: Int) async throws {
        try await withHomelab(isConverged: false) { homelab in
            let all = try Homelab.logins(count + new)
            var some = all
            some.services.removeAll { service in !(0..<count).contains { "login-\($0)" == service.slug } }
            #expect(try await homelab.makePass(of: some).run().isConverged)
            homelab.sandbox.resetRequests()
            let report = try await homelab.makePass(of: all).run()
            #expect(report.isConverged)
            let writes = Dictionary(homelab.writes.map { ($0, 1) }, uniquingKeysWith: +)
            #expect(
                writes == [
                    "PUT /api/v3/core/transactional/applications/": new,
                    "POST /api/v3/core/application_entitlements/": new,
                ]
            )
            // The lists, and applications and providers once more, a single one by itself; with several pages, each that
            // is missing by its slug, or a page for each boundary.
            let pages = Self.pages(count)
            let missing = pages == 1 ? 0 : new <= pages ? new : pages - 1
            let again = new == 1 ? 2 : 2 * Self.pages(count + new)
            #expect(report.requests.reads == Self.fixed + 3 * pages + missing + again)
        }
    }
}
