import AuthentikAPI
import DesiredState
import JSON
import Kinds
import Planning
import Testing

/// What is not what this program writes is no mark, and no absence of one.
@Suite struct UnreadableMarkTests {
    static let unreadable: [JSONValue] = [
        [:], [], "homelab", nil, 1,
        ["owner": "homelab", "slug": "grafana"],
        ["owner": "other", "version": [], "slug": "grafana", "provider": 7],
        ["owner": "homelab", "version": "1", "slug": "grafana"],
        ["owner": "homelab", "version": 0, "slug": "grafana"],
        ["owner": "homelab", "version": .double(1.5), "slug": "grafana"],
        ["owner": "homelab", "version": true, "slug": "grafana"],
        ["owner": ["homelab"], "version": 1, "slug": "grafana"],
        ["version": 1, "slug": "grafana"],
        ["owner": "homelab", "version": 1],
        ["owner": "homelab", "version": 1, "slug": 7],
        ["owner": "homelab", "version": 1, "slug": "grafana", "provider": "7"],
        ["owner": "homelab", "version": 1, "slug": "grafana", "provider": .double(7.5)],
        ["owner": "homelab", "version": 1, "slug": "grafana", "applied": ["name"]],
        ["owner": "homelab", "version": 1, "slug": "grafana", "applied": ["application": "name"]],
        ["owner": "homelab", "version": 1, "slug": "grafana", "applied": ["provider": [1]]],
    ]

    @Test(arguments: unreadable)
    func nothingOfTheServiceIsWritten(_ attributes: JSONValue) throws {
        for adopt in AdoptionPolicy.allCases {
            var world = World(.grafana())
            world.converge(.grafana())
            world.set(attributes: attributes, on: "grafana")
            world.changeApplications { $0.name = "Something" }
            world.services[0].adopt = adopt
            let plan = try #require(world.plan.services.first)
            #expect(world.plan.services.count == 1)
            #expect(plan.decision == .conflict)
            #expect(plan.steps.isEmpty)
            let contents = String(decoding: attributes.serialized(), as: UTF8.self)
            #expect(
                plan.reason.contains("its ownership mark cannot be read, so its owner is unknown: \(contents);")
            )
            #expect(plan.reason.contains("the application entitlement 'authentik-reconciler'"))
        }
    }

    /// Whatever a version before wrote, or left out.
    @Test(
        arguments: [
            ["owner": "homelab", "version": 1, "slug": "grafana"],
            ["owner": "homelab", "version": 1, "slug": "grafana", "provider": nil, "applied": nil],
            ["owner": "homelab", "version": 1, "slug": "grafana", "provider": 7, "applied": [:]],
            ["owner": "homelab", "version": 1, "slug": "grafana", "more": ["of": "this"], "applied": ["provider": []]],
        ] as [JSONValue]
    )
    func whatIsMissingIsNone(_ attributes: JSONValue) {
        guard case .mark(let mark) = OwnershipMark.read(attributes) else {
            Issue.record("it is no mark")
            return
        }
        #expect(mark.owner == "homelab")
    }

    @Test func whatIsInItIsPrintedSafelyAndCut() {
        let note = "a\u{1B}[31m\u{202E}`@you`\n\(String(repeating: "x", count: 500))"
        let remains = OwnershipMark.Remains(["note": .string(note)])
        #expect(remains.contents.hasPrefix(#"{"note":"a"#))
        #expect(remains.contents.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
        #expect(remains.contents.count < 230)
        #expect(remains.contents.hasSuffix("…"))
    }

    @Test(arguments: [nil, "homelab", "other"])
    func oneThatNobodyDeclaresIsReportedAndNeverDeleted(_ owner: String?) {
        var world = World(.grafana())
        world.prune = true
        world.converge(.grafana())
        world.converge(.bookmark("old", port: 1))
        var attributes: [String: JSONValue] = ["version": [], "slug": "old"]
        if let owner { attributes["owner"] = .string(owner) }
        world.set(attributes: .object(attributes), on: "old")
        let old = world.plan.services.first { $0.slug == "old" }
        #expect(old?.decision == (owner == "other" ? nil : .conflict))
        #expect(old?.steps.isEmpty ?? true)
        if let old { #expect(old.reason.hasPrefix("not in the file, and its ownership mark cannot be read")) }
    }

    @Test func anAbsentServiceIsNotDeleted() throws {
        var service = Service.grafana()
        var world = World(service)
        world.converge(service)
        world.set(attributes: ["owner": "homelab", "version": "1", "slug": "grafana", "provider": 7], on: "grafana")
        service = Service(slug: "grafana", location: service.location)
        service.state = .absent
        world.services = [service]
        let plan = try #require(world.plan.services.first)
        #expect(plan.decision == .conflict)
        #expect(plan.steps.isEmpty)
    }

    /// What is left of a mark still tells that the service is there, under another slug.
    @Test(
        arguments: [
            ["owner": "homelab", "version": [], "slug": "grafana"], ["version": 1, "slug": "grafana"],
        ] as [JSONValue]
    )
    func aRenamedApplicationIsNotMadeTwice(_ attributes: JSONValue) throws {
        let service = Service.bookmark("grafana", port: 1)
        var world = World(service)
        world.converge(service)
        world.set(attributes: attributes, on: "grafana")
        world.changeApplications { $0.slug = "by-hand" }
        #expect(world.plan.services.map(\.decision) == [.conflict])
        world.observed.applications = []
        let unseen = try #require(world.plan.services.first)
        #expect(unseen.decision == .conflict)
        #expect(unseen.reason.contains("another slug now"))
    }

    /// A provider that an unreadable mark, or one of a newer version, names is that application's.
    @Test(arguments: [[], 2] as [JSONValue])
    func itsProviderIsNobodyElses(_ version: JSONValue) throws {
        var world = World(.grafana())
        world.converge(.grafana())
        world.observed.applications.append(Application(pk: "app-else", slug: "else", name: "Else"))
        world.set(attributes: ["version": version, "owner": "other", "provider": 7], on: "else")
        world.removeApplication("grafana")
        let plan = try #require(world.plan.services.first { $0.slug == "grafana" })
        #expect(plan.decision == .conflict)
        #expect(plan.steps.isEmpty)
    }

    @Test func aReleaseLeavesItAndSaysSo() {
        func entitlement(_ pk: String, _ attributes: JSONValue) -> ObservedMark {
            ObservedMark(
                pk: pk,
                application: "app-\(pk)",
                attributes: attributes
            )
        }
        let plan = Planner.release(
            owner: "homelab",
            applications: [Application(pk: "app-b", slug: "b", name: "B")],
            marks: [
                entitlement("a", OwnershipMark(owner: "homelab", slug: "a").attributes),
                entitlement("b", ["version": []]),
                entitlement("c", ["version": 2, "owner": "homelab", "slug": "c"]),
                entitlement("d", ["version": [], "owner": "other"]),
                entitlement("e", ["version": 2, "owner": "other"]),
                entitlement("f", OwnershipMark(owner: "other", slug: "f").attributes),
            ]
        )
        #expect(plan.services.map(\.slug) == ["a", "b", "c"])
        #expect(plan.services.map(\.decision) == [.release, .conflict, .conflict])
        #expect(plan.services.map(\.writeSummaries) == [["delete mark a"], [], []])
    }
}
