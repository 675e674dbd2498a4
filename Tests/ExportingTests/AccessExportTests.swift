import Applying
import AuthentikAPI
import AuthentikSandbox
import DesiredState
import Exporting
import Foundation
import JSON
import Kinds
import Planning
import TestSupport
import Testing

/// Bindings become `access`, as far as a file can say them.
@Suite(.timeLimit(.minutes(60))) struct AccessExportTests {
    private typealias Change = (inout PolicyBinding) -> Void

    /// A bookmark, and what is bound to it.
    private func world(
        mode: String = "any",
        mark: OwnershipMark? = nil,
        _ bindings: (subject: BindingSubject, name: String?, change: Change)...
    ) -> World {
        var world = World()
        world.add(.docs)
        world.change("docs") { application, _ in application.policyEngineMode = mode }
        if let mark { world.mark("docs", mark) }
        for (index, binding) in bindings.enumerated() {
            var row = PolicyBinding(
                pk: "b\(index)",
                target: "app-docs",
                subject: binding.subject,
                name: binding.name,
                order: index
            )
            binding.change(&row)
            world.bindings.append(row)
        }
        return world
    }

    private func bound(
        _ kind: SubjectKind,
        _ name: String?,
        pk: String? = nil,
        _ change: @escaping Change = { _ in }
    ) -> (subject: BindingSubject, name: String?, change: Change) {
        (BindingSubject(kind, pk: pk ?? (kind == .user ? "7" : "pk-\(name ?? "")")), name, change)
    }

    /// A mark whose file set what a bookmark has, and says who may open it.
    private func mark(_ access: [BoundSubject]?) -> OwnershipMark {
        OwnershipMark(
            owner: "homelab",
            slug: "docs",
            applicationFields: ["meta_launch_url", "name"],
            access: access
        )
    }

    private func boundSubject(_ name: String, binding: String?, order: Int = 0) -> BoundSubject {
        BoundSubject(BindingSubject(.group, pk: "pk-\(name)"), name: name, binding: binding, order: order)
    }

    /// Expects the service, what is said of it, and that its plan changes nothing.
    private func expect(
        _ world: World,
        _ scope: Export.Scope = .all(owner: "homelab"),
        access: [String],
        remarks: [String] = [],
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
        let export = world.export(scope)
        #expect(export.declared == 1, sourceLocation: sourceLocation)
        let lines = export.text.split(separator: "\n").map(String.init)
        let said = lines.drop { $0 != "    port: 8080" }.dropFirst().filter { !$0.hasPrefix("# ") }
        #expect(Array(said) == access.map { "    \($0)" }, "\(export.text)", sourceLocation: sourceLocation)
        let remarked = lines.compactMap { line -> String? in
            let prefix = "  # cannot be expressed: "
            return line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : nil
        }
        #expect(remarked == remarks, sourceLocation: sourceLocation)
        let plan = world.plan(export)?.services.first
        #expect(plan?.changes.isEmpty == true, "\(export.text)", sourceLocation: sourceLocation)
        let isMark = { (step: Step) in
            switch step.effect {
            case .claim, .createMark, .updateMark: true
            default: false
            }
        }
        #expect(plan?.steps.allSatisfy(isMark) == true, sourceLocation: sourceLocation)
    }

    @Test func `without a binding nothing is said`() {
        expect(world(), access: [])
        expect(world(mode: "all"), access: [], remarks: ["its policy engine mode, 'all'"])
    }

    @Test func `groups, users and policies are listed in the order of their bindings`() {
        expect(
            world(
                bound(.policy, "office-hours"),
                bound(.group, "family"),
                bound(.user, "bob"),
                bound(.group, "admins")
            ),
            access: ["access: {groups: [family, admins], users: [bob], policies: [office-hours]}"]
        )
        expect(world(mode: "all", bound(.group, "admins")), access: ["access: {groups: [admins], mode: all}"])
    }

    @Test func `names that need it are quoted, each on a line of its own`() {
        expect(
            world(mode: "all", bound(.group, "a, b"), bound(.group, "yes"), bound(.user, "bob")),
            access: [
                "access:", "  groups:", "    - a, b", "    - 'yes'", "  users:", "    - bob", "  mode: all",
            ]
        )
    }

    @Test func `what a file cannot say stays, and is told`() {
        expect(
            world(
                bound(.group, "admins"),
                bound(.group, "off") { $0.isEnabled = false },
                bound(.group, "not") { $0.isNegated = true },
                bound(.policy, "lax") { $0.letsInOnFailure = true },
                bound(.group, "soon") { $0.isExpiring = true },
                bound(.group, "twice"),
                bound(.group, "twice"),
                bound(.group, nil, pk: "nameless"),
                bound(.policy, "both") { $0.isAmbiguous = true }
            ),
            access: ["access: {groups: [admins]}"],
            remarks: [
                "who may open it: group 'off', which is disabled", "who may open it: group 'not', which is negated",
                "who may open it: policy 'lax', which allows access if it fails",
                "who may open it: group 'soon', which expires",
                "who may open it: group 'twice', which is bound 2 times",
                "who may open it: group 'twice', which is bound 2 times",
                "who may open it: group 'nameless', which has no name",
                "who may open it: policy 'both', which has more than one subject",
            ]
        )
        expect(
            world(mode: "all", bound(.group, "off") { $0.isEnabled = false }),
            access: [],
            remarks: ["who may open it: group 'off', which is disabled", "its policy engine mode, 'all'"]
        )
        // An access request beside a lasting binding of the same group.
        expect(
            world(bound(.group, "admins"), bound(.group, "admins") { $0.isExpiring = true }),
            access: ["access: {groups: [admins]}"],
            remarks: ["who may open it: group 'admins', which expires"]
        )
    }

    @Test func `a name that the file refuses takes access along`() {
        expect(
            world(bound(.group, "admins"), bound(.group, "a\nb")),
            access: [],
            remarks: ["an entry of groups has more than one line in access; it stays as it is"]
        )
    }

    @Test func `a closed service is said to be closed`() {
        let nobody = bound(.policy, ExpressionPolicy.nobodyName)
        let closed = "who may open it: the policy 'reconcile: nobody' closes it"
        expect(world(nobody), access: [], remarks: [closed])
        expect(
            world(nobody, bound(.group, "admins")),
            access: [],
            remarks: [closed, "1 policy binding: group 'admins'"]
        )
        let subject = BoundSubject(nobody.subject, name: ExpressionPolicy.nobodyName, binding: "b0", order: 0)
        expect(
            world(mark: mark([subject]), nobody),
            .marked(owner: "homelab"),
            access: [],
            remarks: [closed, Self.markLags]
        )
    }

    private static let markLags =
        "its ownership mark, which is out of date; the next pass updates it, and changes nothing else"

    @Test func `a mark tells what of it is the file's`() {
        let admins = boundSubject("admins", binding: "b0")
        expect(
            world(mark: mark([admins]), bound(.group, "admins"), bound(.group, "family")),
            .marked(owner: "homelab"),
            access: ["access: {groups: [admins]}"],
            remarks: ["who else may open it: group 'family', bound by others"]
        )
        expect(
            world(mark: mark([]), bound(.group, "family")),
            .marked(owner: "homelab"),
            access: ["access: everyone"],
            remarks: ["who else may open it: group 'family', bound by others"]
        )
        expect(world(mark: mark([])), .marked(owner: "homelab"), access: ["access: everyone"])
        expect(
            world(mode: "all", mark: mark(nil), bound(.group, "admins")),
            .marked(owner: "homelab"),
            access: [
                "# set in Authentik, but not managed yet:", "# access: {groups: [admins], mode: all}",
            ]
        )
    }

    @Test func `what a pass would correct is left out as a whole`() {
        let both = [boundSubject("admins", binding: "b0"), boundSubject("family", binding: "b1", order: 1)]
        expect(
            world(mark: mark(both), bound(.group, "admins"), bound(.group, "family") { $0.isEnabled = false }),
            .marked(owner: "homelab"),
            access: [],
            remarks: ["who may open it: group 'family', which is disabled", Self.markLags]
        )
        // Its place is not told by a file, and is the mark's.
        expect(
            world(mark: mark(both), bound(.group, "admins"), bound(.group, "family") { $0.order = 9 }),
            .marked(owner: "homelab"),
            access: [],
            remarks: [
                "it would change group 'family': order 9 → order 1; it stays as it is", Self.markLags,
            ]
        )
        expect(
            world(mark: mark([both[0]])),
            .marked(owner: "homelab"),
            access: [],
            remarks: [
                "who may open it: the bindings that its mark records no longer exist: group 'admins'", Self.markLags,
            ]
        )
    }

    /// Export, plan, nothing; take over, and nothing again: with what a server really answers.
    @Test(arguments: [Sandbox.Release.december2024, .december2025, .may2026, .august2026])
    func `a round trip changes no binding`(_ release: Sandbox.Release) async throws {
        var configuration = Sandbox.Configuration(release: release, token: "sandbox-token")
        var state = SandboxState(release: release, token: "sandbox-token")
        let bindings: [(String, PolicyEngineMode, [SandboxState.Binding])] = [
            ("a", .any, [.init(.group("admins"), order: 5), .init(.user("bob"), order: 3)]),
            ("b", .all, [.init(.policy("office hours"), order: 1), .init(.group("admins"), order: 1)]),
            ("c", .any, [.init(.group("admins"), isEnabled: false)]),
            ("d", .any, [.init(.user("bob"), isNegated: true), .init(.group("family"))]),
            ("e", .any, []),
            ("f", .any, [.init(.group("family"), expires: Date(timeIntervalSinceNow: 3_600))]),
        ]
        for (slug, mode, bindings) in bindings {
            state.addApplication(slug, mode: mode)
            state.bind(slug, to: bindings)
        }
        configuration.state = state
        try await withWorkshop(configuration) { workshop in
            for (slug, _, _) in bindings {
                try await workshop.admin.changeApplication(
                    slug,
                    ["meta_launch_url": .string("https://\(slug).example.net")]
                )
            }
            let before = try await workshop.admin.list("policies/bindings/")
            let export = try await workshop.export(.all(owner: "homelab"))
            #expect(export.declared == bindings.count, "\(export.text)")
            #expect(export.text.contains("\n    access: {groups: [admins], users: [bob]}\n"))
            #expect(export.text.contains("\n      policies:\n        - office hours\n      mode: all\n"))
            let source = DesiredStateLoader.Source(path: "export.yaml", bytes: Array(export.text.utf8))
            let desired = try #require(DesiredStateLoader.load(sources: [source]).state, "\(export.text)")
            for decision in [Decision.adopt, .inSync] {
                for service in try await workshop.pass(desired).plan().plan.services {
                    #expect(service.decision == decision, "\(service.slug): \(service.reason)")
                    #expect(service.changes.isEmpty)
                }
                #expect(try await workshop.pass(desired).run().isConverged)
            }
            #expect(try await workshop.admin.list("policies/bindings/") == before)
            // With a mark the same is said.
            let second = try await workshop.export(.marked(owner: "homelab"))
            #expect(access(of: second) == access(of: export))
        }
    }

    /// What each service of a file says, without the places where it says so.
    private func access(of export: Export) -> [[String]] {
        let source = DesiredStateLoader.Source(path: "export.yaml", bytes: Array(export.text.utf8))
        let services = DesiredStateLoader.load(sources: [source]).state?.services ?? []
        return services.map { service in
            guard let access = service.access else { return [service.slug] }
            guard let subjects = access.subjects else { return [service.slug, "everyone"] }
            return [service.slug, subjects.mode.rawValue] + subjects.list.map { "\($0.kind.rawValue) \($0.name)" }
        }
    }
}
