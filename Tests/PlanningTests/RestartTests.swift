import AuthentikAPI
import DesiredState
import JSON
import Kinds
import Planning
import Secrets
import Testing

/// One row of the table of ``ServiceDraft``'s restarts: how the world differs from a converged `grafana` whose Secret is
/// of the version `1`, and what is planned.
struct RestartCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bend: @Sendable (inout World) -> Void
    var writes: [String]
    /// What the mark says when all is done; nil if it is not written.
    var rotation: SecretRotation?

    init(
        _ name: String,
        _ writes: [String] = [],
        _ rotation: SecretRotation? = nil,
        bend: @escaping @Sendable (inout World) -> Void
    ) {
        testDescription = name
        self.bend = bend
        self.writes = writes
        self.rotation = rotation
    }
}

@Suite struct RestartTests {
    private static let reference = SecretReference.kubernetes(namespace: "monitoring", name: "s", key: "k")
    private static let patch = "patch provider 7: client_secret"
    private static let note = "change mark-grafana provider 7 pending"
    private static let done = "change mark-grafana provider 7"
    private static let field = "patch application grafana: group"
    private static let time = "2026-11-24T16:00:00Z"

    private static func restart(_ time: String) -> String { "restart deployment monitoring/grafana \(time)" }

    static let cases = [
        RestartCase("as declared") { _ in },
        RestartCase("rotated", [note, patch, restart("now"), done], version("2")) { $0.rotate("2", "new") },
        RestartCase("rotated again", [note, patch, restart("after \(time)"), done], version("2")) {
            $0.setRotation(.init(version: version("1").version, at: time))
            $0.rotate("2", "new")
        },
        RestartCase("another Secret of the same name and version", [note, patch, restart("now"), done], other) {
            $0.secrets[reference] = .present(Secret("new"), version: other.version)
        },
        RestartCase("another key of the Secret changed", [done], version("2")) { $0.rotate("2", "kubernetes-secret") },
        RestartCase("the same, after a restart", [done], version("2", at: time)) {
            $0.setRotation(.init(version: version("1").version, at: time))
            $0.rotate("2", "kubernetes-secret")
        },
        RestartCase("another Secret of the same value", [done], other) {
            $0.secrets[reference] = .present(Secret("kubernetes-secret"), version: other.version)
        },
        RestartCase("that was noted, and somebody changed the provider's secret", [patch]) {
            $0.setRotation(other)
            $0.secrets[reference] = .present(Secret("kubernetes-secret"), version: other.version)
            $0.changeProviders { $0.clientSecret = Secret("by hand") }
        },
        RestartCase("another key of the Secret changed, and another field", [field, done], version("2")) {
            $0.rotate("2", "kubernetes-secret")
            $0.changeApplications { $0["group"] = .text("Elsewhere") }
        },
        RestartCase("somebody changed the provider's secret", [patch]) {
            $0.changeProviders { $0.clientSecret = Secret("by hand") }
        },
        RestartCase(
            // Without a pass in between it cannot be told from a rotation.
            "the same, after another key of the Secret changed, unseen",
            [note, patch, restart("now"), done],
            version("2")
        ) {
            $0.rotate("2", "kubernetes-secret")
            $0.changeProviders { $0.clientSecret = Secret("by hand") }
        },
        RestartCase("restart is new in the file", [done], version("1")) { $0.setRotation(nil) },
        RestartCase("the same, and the provider has another secret", [note, patch, restart("now"), done], version("1"))
        {
            $0.setRotation(nil)
            $0.changeProviders { $0.clientSecret = Secret("another") }
        },
        RestartCase(
            "killed before the provider was written",
            [patch, restart("at \(time)"), done],
            version("2", at: time)
        ) {
            $0.setRotation(.init(version: version("2").version, isPending: true, at: time))
            $0.rotate("2", "new")
        },
        RestartCase("killed after it", [restart("at \(time)"), done], version("2", at: time)) {
            $0.setRotation(.init(version: version("2").version, isPending: true, at: time))
            $0.rotate("2", "kubernetes-secret")
        },
        RestartCase("killed, then rotated", [note, patch, restart("after \(time)"), done], version("3")) {
            $0.setRotation(.init(version: version("2").version, isPending: true, at: time))
            $0.rotate("3", "newest")
        },
        RestartCase("killed, then another key changed", [restart("at \(time)"), done], version("3", at: time)) {
            $0.setRotation(.init(version: version("2").version, isPending: true, at: time))
            $0.rotate("3", "kubernetes-secret")
        },
        RestartCase("pending without a time", [note, restart("now"), done], version("1")) {
            $0.setRotation(.init(version: version("1").version, isPending: true))
        },
        RestartCase("pending at a time that is none", [note, restart("now"), done], version("1")) {
            $0.setMark { $0["rotation"] = ["uid": "u", "resourceVersion": "1", "pending": true, "at": "soon"] }
        },
        RestartCase("a rotation that cannot be read", [done], version("1")) {
            $0.setMark { $0["rotation"] = ["uid": 7, "pending": "yes"] }
        },
        RestartCase("restart is not in the file any more", [done]) {
            $0.setRotation(.init(version: version("1").version, isPending: true, at: time))
            $0.services[0].provider?.restart = nil
        },
        RestartCase(
            "rotated, and another field changed",
            [note, patch, "patch application grafana: group", restart("now"), done],
            version("2")
        ) {
            $0.rotate("2", "new")
            $0.changeApplications { $0["group"] = .text("Elsewhere") }
        },
        RestartCase(
            "rotated, and its provider is gone",
            [
                "change mark-grafana provider 7 pending", "create provider", "patch application grafana:  link created",
                restart("now"), "change mark-grafana provider -",
            ],
            version("2")
        ) {
            $0.rotate("2", "new")
            $0.removeProvider(7)
        },
        RestartCase(
            "its provider is gone",
            ["create provider", "patch application grafana:  link created", "change mark-grafana provider -"],
            version("1")
        ) { $0.removeProvider(7) },
        RestartCase("rotated, and adopted", ["mark app-grafana provider 7", patch], version("2")) {
            $0.rotate("2", "new")
            $0.removeMark(of: "grafana")
        },
        RestartCase("new", ["create both", "mark created provider -"], version("1")) {
            $0.removeApplication("grafana")
            $0.removeProvider(7)
        },
        RestartCase("made up, and another one", [patch]) {
            $0.secrets[reference] = .present(Secret("new"))
        },
        RestartCase("left out, while one is pending") {
            $0.setRotation(.init(version: version("1").version, isPending: true, at: time))
            $0.secrets[reference] = .leftOut
        },
        RestartCase("not there, while one is pending") {
            $0.setRotation(.init(version: version("1").version, isPending: true, at: time))
            $0.secrets[reference] = .missing(reason: "gone")
        },
    ]

    @Test(arguments: cases)
    func restarts(_ row: RestartCase) throws {
        var world = World(.client("grafana", port: 8444, path: "/cb", secret: ""))
        world.services[0].provider?.secret = Self.reference
        world.services[0].provider?.restart = Workload(.deployment, namespace: "monitoring", name: "grafana")
        world.converge(world.services[0])
        world.changeProviders { $0.clientSecret = Secret("kubernetes-secret") }
        world.rotate("1", "kubernetes-secret")
        world.setRotation(.init(version: Self.version("1").version))
        row.bend(&world)
        let plan = try #require(world.plan.services.first)
        #expect(plan.writeSummaries == row.writes)
        #expect(plan.steps.compactMap(\.effect.mark).last?.rotation == row.rotation)
        #expect(plan.restart?.description == (row.writes.contains { $0.hasPrefix("restart") } ? workload : nil))
    }

    private let workload = "deployment monitoring/grafana"

    @Test func `a pending mark claims nothing that is not applied yet`() throws {
        var world = World(.client("grafana", port: 8444, path: "/cb", secret: ""))
        world.services[0].provider?.secret = Self.reference
        world.services[0].provider?.restart = Workload(.deployment, namespace: "monitoring", name: "grafana")
        world.converge(world.services[0])
        world.changeProviders { $0.clientSecret = Secret("old") }
        world.rotate("1", "new")
        world.services[0].provider?.scopes = ProgramDefaults.scopes
        let plan = try #require(world.plan.services.first)
        let first = try #require(plan.steps.first?.effect.mark)
        let last = try #require(plan.steps.last?.effect.mark)
        #expect(first.providerFields == ["client_secret", "redirect_uris"])
        #expect(first.rotation?.isPending == true)
        #expect(last.providerFields == ["client_secret", "property_mappings", "redirect_uris"])
        #expect(last.rotation?.isPending == false)
    }

    @Test func `what is only pending says so`() throws {
        var world = World(.client("grafana", port: 8444, path: "/cb", secret: ""))
        world.services[0].provider?.secret = Self.reference
        world.services[0].provider?.restart = Workload(.statefulSet, namespace: "n", name: "db")
        world.converge(world.services[0])
        world.changeProviders { $0.clientSecret = Secret("new") }
        world.rotate("1", "new")
        world.setRotation(.init(version: Self.version("1").version, isPending: true, at: Self.time))
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .update)
        #expect(plan.reason == "statefulSet n/db is still to be restarted for its new secret")
    }

    @Test func `a mark reads back as it was written`() {
        let mark = OwnershipMark(
            owner: "homelab",
            slug: "grafana",
            rotation: SecretRotation(version: Self.version("1").version, isPending: true, at: Self.time)
        )
        #expect(OwnershipMark.read(mark.attributes) == .mark(mark))
        let rotation: JSONValue = ["uid": "u", "resourceVersion": "1", "pending": true, "at": .string(Self.time)]
        #expect(mark.attributes["rotation"] == rotation)
        #expect(OwnershipMark(owner: "homelab", slug: "docs").attributes["rotation"] == nil)
    }

    @Test func `a record tells neither versions nor times`() throws {
        let mark = OwnershipMark(owner: "o", slug: "s", rotation: Self.version("1", at: Self.time))
        let record = try #require(WriteRecord(.updateMark(entitlement: "e", MarkContent(mark))))
        #expect(record.mark?["rotation"] == ["pending": false])
        let workload = Workload(.daemonSet, namespace: "n", name: "d")
        let restart = try #require(WriteRecord(.restart(workload, at: .existing(Self.time))))
        #expect(restart.description == "restart-workload daemonSet n/d")
    }

    private static let other = SecretRotation(version: SecretVersion(uid: "other", resourceVersion: "1"))

    private static func version(_ resourceVersion: String, at time: String? = nil) -> SecretRotation {
        SecretRotation(version: SecretVersion(uid: "u", resourceVersion: resourceVersion), at: time)
    }
}

extension World {
    fileprivate mutating func rotate(_ resourceVersion: String, _ value: String) {
        let reference = SecretReference.kubernetes(namespace: "monitoring", name: "s", key: "k")
        let version = SecretVersion(uid: "u", resourceVersion: resourceVersion)
        secrets[reference] = .present(Secret(value), version: version)
    }

    fileprivate mutating func setRotation(_ rotation: SecretRotation?) {
        guard case .mark(var mark)? = observed.marks.first?.reading else { return }
        mark.rotation = rotation
        set(mark, on: "grafana")
    }

    fileprivate mutating func setMark(_ change: (inout [String: JSONValue]) -> Void) {
        guard case .mark(let mark)? = observed.marks.first?.reading, var members = mark.attributes.object else {
            return
        }
        change(&members)
        set(attributes: .object(members), on: "grafana")
    }
}
