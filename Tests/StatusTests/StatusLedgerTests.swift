import AuthentikAPI
import Base
import DesiredState
import FoundationEssentials
import JSON
import Kinds
import Planning
import Reporting
import Secrets
import Testing

@testable import Applying
@testable import Status

/// What the status says after each thing that can happen, and what is worth telling.
@Suite(.timeLimit(.minutes(60))) struct StatusLedgerTests {
    private let story: LedgerStory

    init() throws {
        story = try LedgerStory()
    }

    @Test func `before the first pass everything is pending`() {
        let document = story.document
        #expect(document.state == .starting)
        #expect(document.services.map(\.state) == [.pending, .pending])
        #expect(document.services.flatMap(\.conditions).map(\.status) == [.unknown, .unknown])
        #expect(document.totals.states == LedgerStory.states(["pending": 2]))
        #expect(document.passes == PassesStatus(failuresInARow: 0))
    }

    @Test func `a group is there, or why it is not`() throws {
        #expect(story.document.shared == [])
        story.declare(groups: ["family"])
        #expect(story.document.shared.map(\.state) == [.pending])
        var family = SharedOutcome(plan: .group("family", pk: nil), failure: ServiceFailure("no"))
        let services: [ServiceOutcome] = [.grafana(.inSync), .docs(.inSync)]
        #expect(story.pass(services, shared: [family]) == ["failed group 'family': no, new"])
        #expect(story.document.shared.map(\.message) == ["no"])
        #expect(story.document.state == .outOfSync)
        #expect(story.document.message == "the group 'family' could not be created: no")
        #expect(story.document.passes.lastSuccess?.result == .incomplete)
        #expect(story.pass(services, shared: [family]) == ["failed group 'family': no"])
        family.failure = nil
        #expect(story.pass(services, shared: [family]) == ["create group 'family'"])
        #expect(story.document.shared.map(\.state) == [.inSync])
        #expect(story.document.state == .inSync)
        story.declare(groups: [])
        #expect(story.document.shared == [])
    }

    @Test func `what is marked may be an orphan, held back, or gone`() {
        let services: [ServiceOutcome] = [.grafana(.inSync), .docs(.inSync)]
        let name = SharedName(.scopeMapping, "Own email")
        let orphan = SharedOutcome(plan: SharedObjectPlan(name, .orphan, reason: "left alone"))
        #expect(story.pass(services, shared: [orphan]) == [])
        #expect(story.document.shared.map(\.state) == [.orphan])
        #expect(story.document.state == .inSync)
        var plan = orphan.plan
        plan.isHeld = true
        let held = SharedOutcome(plan: plan)
        #expect(!held.isConverged)
        #expect(story.pass(services, shared: [held]) == ["stuck scope mapping 'Own email' held"])
        #expect(story.document.shared.map(\.state) == [.held])
        #expect(story.document.state == .outOfSync)
        let effect = Effect.delete(.provider(pk: 1))
        let deleted = SharedObjectPlan(name, .delete, reason: "no longer declared", effect: effect)
        let failed = SharedOutcome(plan: deleted, failure: ServiceFailure("no"))
        #expect(story.pass(services, shared: [failed]) == ["failed scope mapping 'Own email': no, new"])
        #expect(story.document.shared.map(\.state) == [.failed])
        #expect(story.pass(services, shared: [SharedOutcome(plan: deleted)]) == ["delete scope mapping 'Own email'"])
        #expect(story.document.shared == [])
        #expect(story.document.state == .inSync)
    }

    @Test func `of other objects that are no service's the same is told in the words of their kinds`() {
        let kind = Kind("recipe", .scopeMappings, identity: ["name"], ownership: .marked, requests: [])
        let recipe = SharedName(kind, "soup")
        let services: [ServiceOutcome] = [.grafana(.inSync), .docs(.inSync)]
        let stuck = SharedOutcome(plan: SharedObjectPlan(recipe, .conflict, reason: "it is another's"))
        let group = SharedOutcome(plan: .group("family", pk: nil), failure: ServiceFailure("no"))
        #expect(
            story.pass(services, shared: [group, stuck]) == [
                "failed group 'family': no, new", "stuck recipe 'soup' conflict",
            ]
        )
        #expect(
            story.document.message
                == "the group 'family' could not be created: no; the recipe 'soup' is out of sync: it is another's"
        )
        #expect(story.pass(services, shared: [group, stuck]) == ["failed group 'family': no"])
        let update = SharedObjectPlan(recipe, .update, reason: "it differs", effect: .deleteMark(entitlement: "x"))
        #expect(story.pass(services, shared: [SharedOutcome(plan: update)]) == ["update recipe 'soup'"])
        #expect(story.document.state == .inSync)
        let other = SharedOutcome(plan: SharedObjectPlan(SharedName(recipe.kind, "stew"), .blocked, reason: "no salt"))
        story.pass(services, shared: [stuck, other])
        #expect(story.document.message == "2 recipes are out of sync")
    }

    @Test func `what a pass made is in sync, and was changed`() throws {
        let events = story.pass([.grafana(.create), .docs(.inSync)])
        let grafana = try #require(story.document.services.last)
        #expect(grafana.state == .inSync)
        #expect(grafana.reason == "as declared")
        #expect(grafana.differences == [])
        #expect(grafana.lastChange?.decision == "create")
        #expect(grafana.lastChange?.fields == ["application.group"])
        #expect(grafana.lastDrift == nil)
        #expect(grafana.conditions.map(\.type) == [.secretResolved, .synced])
        #expect(events == ["changed grafana"])
        #expect(story.document.state == .inSync)
        #expect(story.document.message == "all 2 services are in sync")
    }

    @Test func `what differs after it was in sync is drift, with its author`() throws {
        story.pass([.grafana(.inSync), .docs(.inSync)])
        let author = DriftAuthor(username: "akadmin", at: .now)
        let events = story.pass([.grafana(.update), .docs(.inSync)], authors: ["grafana": author])
        #expect(events == ["drifted grafana by akadmin", "changed grafana", "corrected grafana application.group"])
        let drift = try #require(story.document.services.last?.lastDrift)
        #expect(drift.by == author)
        #expect(drift.pass == 2)
        #expect(drift.changes.map(\.field) == ["group"])
    }

    @Test func `who did it is told with address, time and a link to the event`() throws {
        story.pass([.grafana(.inSync), .docs(.inSync)])
        let author = DriftAuthor(username: "akadmin", at: .now, address: "10.0.0.5", event: "e1")
        let events = story.pass([.grafana(.update), .docs(.inSync)], authors: ["grafana": author])
        #expect(events.contains("drifted grafana by akadmin from 10.0.0.5"))
        let drift = try #require(story.document.services.last?.lastDrift)
        #expect(drift.by?.link == "https://sso.example.net/if/admin/#/events/log/e1")
        #expect(drift.by?.at == author.at && drift.isUnlogged == nil)
        let text = StatusText(style: Style(isColored: false), isVerbose: false, now: story.document.since)
            .render(story.document)
        #expect(text.contains("group differs") || text.contains("because"))
        #expect(text.contains(", by akadmin from 10.0.0.5"), "\(text)")
    }

    @Test func `what is not in the log that is watched is of a blueprint or the shell`() throws {
        story.watchesAuditLog(true)
        story.pass([.grafana(.inSync), .docs(.inSync)])
        let events = story.pass([.grafana(.update), .docs(.inSync)])
        #expect(events.contains("drifted grafana by a blueprint or the shell (not in the audit log)"))
        #expect(story.document.services.last?.lastDrift?.isUnlogged == true)
        // Where nobody watches, nobody knows.
        story.watchesAuditLog(false)
        story.pass([.grafana(.inSync), .docs(.inSync)])
        #expect(story.pass([.grafana(.update), .docs(.inSync)]).contains("drifted grafana by nobody"))
    }

    @Test func `what belongs to no service drifts as well, with its author`() throws {
        let kind = Kind("recipe", .scopeMappings, identity: ["name"], ownership: .marked, requests: [])
        let soup = SharedName(kind, "soup")
        let services: [ServiceOutcome] = [.grafana(.inSync), .docs(.inSync)]
        let well = SharedOutcome(plan: SharedObjectPlan(soup, .inSync, reason: "as declared"))
        let change = FieldChange(object: .mapping, field: "description", before: .text("x"), after: .text("y"))
        let plan = SharedObjectPlan(
            soup,
            .update,
            reason: "description differs",
            changes: [change],
            effect: .deleteMark(entitlement: "x")
        )
        // Of what the first pass finds nobody knows since when it is so.
        #expect(story.pass(services, shared: [SharedOutcome(plan: plan)]) == ["update recipe 'soup'"])
        story.pass(services, shared: [well])
        let author = DriftAuthor(username: "eve", at: .now)
        let events = story.pass(services, shared: [SharedOutcome(plan: plan)], sharedAuthors: [soup: author])
        #expect(
            events == [
                "drifted recipe 'soup' by eve", "update recipe 'soup'", "corrected recipe 'soup' mapping.description",
            ]
        )
        #expect(story.document.shared.first?.lastDrift?.by == author)
        let newest = try #require(story.document.recentChanges.first)
        #expect(newest.kind == "recipe" && newest.name == "soup" && newest.isDrift && newest.by == author)
        // What could not be corrected is corrected drift once it can.
        story.pass(services, shared: [well])
        let failed = SharedOutcome(plan: plan, failure: ServiceFailure("no"))
        #expect(
            story.pass(services, shared: [failed]) == [
                "drifted recipe 'soup' by nobody", "failed recipe 'soup': no, new",
            ]
        )
        #expect(story.pass(services, shared: [SharedOutcome(plan: plan)]).contains { $0.hasPrefix("corrected recipe") })
    }

    @Test func `a service that somebody took out of its outpost names who changed the outpost`() throws {
        story.pass([.grafana(.inSync), .docs(.inSync)])
        var outcome = ServiceOutcome.grafana(.update)
        outcome.plan.changes = [
            FieldChange(object: .outpost, field: "name", before: .text("(none)"), after: .text("edge"))
        ]
        outcome.plan.serving = ServingStanding(.served, outpost: "edge")
        let author = DriftAuthor(username: "eve", at: .now)
        let events = story.pass(
            [outcome, .docs(.inSync)],
            sharedAuthors: [
                SharedName(.outpost, "edge"): author,
                SharedName(.outpost, "inner"): DriftAuthor(username: "bob", at: .now),
            ]
        )
        #expect(events.first == "drifted grafana by eve")
    }

    @Test func `the history keeps the last twenty changes, the newest first`() {
        story.pass([.grafana(.create), .docs(.create)])
        #expect(story.document.recentChanges.map(\.name) == ["docs", "grafana"])
        for _ in 0..<12 {
            story.pass([.grafana(.inSync), .docs(.inSync)])
            story.pass([.grafana(.update), .docs(.inSync)])
        }
        for _ in 0..<12 { story.pass([.grafana(.inSync), .docs(.update)]) }
        let changes = story.document.recentChanges
        #expect(changes.count == RecentChange.limit)
        #expect(changes.map(\.pass) == changes.map(\.pass).sorted(by: >))
        #expect(changes.first?.name == "docs")
        story.pass([.grafana(.inSync), .docs(.inSync), .service("old", .delete)])
        #expect(story.document.recentChanges.first.map { [$0.name, $0.decision] } == ["old", "delete"])
    }

    @Test func `a service links to itself, and to its application once that is there`() {
        story.pass([.grafana(.create, failing: "no"), .docs(.create)])
        let links = story.document.services.map(\.links)
        #expect(
            links == [
                LinksStatus(
                    authentik: "https://sso.example.net/if/admin/#/core/applications/docs",
                    service: "https://docs.example.net"
                ),
                LinksStatus(service: "https://h.example"),
            ]
        )
        story.declare { $0[0].launchURL = "https://%(username)s.example.net" }
        story.pass([.grafana(.inSync), .docs(.blocked)])
        #expect(story.document.services.first?.links?.service == nil)
        #expect(story.document.services.first?.links?.authentik != nil)
    }

    @Test func `what the file or the secret changed is no drift`() throws {
        story.pass([.grafana(.inSync), .docs(.inSync)])
        story.declare { $0[1]["group"] = .text("Other") }
        #expect(story.pass([.grafana(.update), .docs(.inSync)]) == ["changed grafana"])
        story.secret = .present(Secret("rotated"))
        #expect(story.pass([.grafana(.update), .docs(.inSync)]) == ["changed grafana"])
        #expect(story.document.services.last?.lastDrift == nil)
    }

    @Test func `a mark that follows its Secret, of the same value, is no drift`() {
        func secret(_ version: String) -> SecretLook {
            .present(Secret("s3cr3t"), version: SecretVersion(uid: "u", resourceVersion: version))
        }
        story.secret = secret("1")
        story.pass([.grafana(.inSync), .docs(.inSync)])
        var noted = ServiceOutcome.grafana(.update)
        noted.plan.changes = []
        for version in 2...9 {
            story.secret = secret("\(version)")
            #expect(story.pass([noted, .docs(.inSync)]) == ["changed grafana"])
        }
        #expect(story.pass([noted, .docs(.inSync)]).contains("drifted grafana by nobody"))
    }

    @Test func `what is found in the first pass is no drift`() {
        #expect(story.pass([.grafana(.update), .docs(.inSync)]) == ["changed grafana"])
    }

    @Test func `drift that could not be corrected is corrected drift once it can`() {
        story.pass([.grafana(.inSync), .docs(.inSync)])
        let first = story.pass([.grafana(.update, failing: "refused"), .docs(.inSync)])
        #expect(first == ["drifted grafana by nobody", "failed grafana: refused, new"])
        #expect(story.document.services.last?.state == .failed)
        #expect(story.document.services.last?.error?.message == "refused")
        #expect(story.document.services.last?.differences.map(\.field) == ["group"])
        let again = story.pass([.grafana(.update, failing: "refused"), .docs(.inSync)])
        #expect(again == ["failed grafana: refused"])
        let last = story.pass([.grafana(.update), .docs(.inSync)])
        #expect(last == ["changed grafana", "corrected grafana application.group"])
        #expect(story.document.services.last?.error == nil)
    }

    @Test func `three corrects are a contest, and the service pauses`() throws {
        story.pass([.grafana(.inSync), .docs(.inSync)])
        var events: [String] = []
        for _ in 0..<3 { events = story.pass([.grafana(.update), .docs(.inSync)]) }
        #expect(events.last == "contest grafana")
        #expect(story.document.totals.contested == 1)
        #expect(story.paused == ["grafana"])
        let paused = story.pass([.grafana(.update, isPaused: true), .docs(.inSync)])
        #expect(paused.first == "drifted grafana by nobody")
        #expect(story.document.services.last?.state == .drifted)
        #expect(story.document.services.last?.contest?.corrections == 3)
        #expect(story.firstPauseEnd == story.document.services.last?.contest?.nextCorrectionAt)
        // A new declaration is not held back by what somebody did to the old one.
        story.declare { $0[1]["group"] = .text("Other") }
        #expect(story.paused == [])
    }

    @Test func `a condition's time is that of its last transition`() throws {
        story.pass([.grafana(.inSync), .docs(.inSync)])
        let first = try #require(story.synced("grafana"))
        story.pass([.grafana(.update), .docs(.inSync)])
        #expect(story.synced("grafana")?.lastTransitionTime == first.lastTransitionTime)
        story.pass([.grafana(.conflict), .docs(.inSync)])
        let second = try #require(story.synced("grafana"))
        #expect(second.lastTransitionTime > first.lastTransitionTime)
        #expect(second.reason == "Conflict")
        story.pass([.grafana(.blocked), .docs(.inSync)])
        #expect(story.synced("grafana")?.lastTransitionTime == second.lastTransitionTime)
        #expect(story.synced("grafana")?.reason == "Blocked")
    }

    @Test func `what needs a person is told once, and that it needs it no more`() {
        story.pass([.grafana(.inSync), .docs(.inSync)])
        #expect(story.pass([.grafana(.blocked), .docs(.inSync)]) == ["stuck grafana blocked"])
        #expect(story.pass([.grafana(.blocked), .docs(.inSync)]) == [])
        #expect(story.document.state == .outOfSync)
        #expect(story.document.message == "1 of 2 services out of sync: 1 blocked")
        #expect(story.pass([.grafana(.inSync), .docs(.inSync)]) == ["recovered grafana"])
    }

    @Test func `an orphan is told of and is no reason to be out of sync`() {
        let events = story.pass([.grafana(.inSync), .docs(.inSync), .service("old", .orphan)])
        #expect(events == ["stuck old orphan"])
        #expect(story.document.state == .inSync)
        #expect(story.document.message == "all 2 services are in sync; 1 orphaned")
        #expect(story.document.services.map(\.slug) == ["docs", "grafana", "old"])
        #expect(story.document.services.last?.location == nil)
    }

    @Test func `what was pruned is gone`() {
        #expect(story.pass([.grafana(.inSync), .docs(.inSync), .service("old", .delete)]) == ["changed old"])
        #expect(story.document.services.map(\.slug) == ["docs", "grafana"])
    }

    @Test func `a deletion limit is told when it takes hold and when it lets go`() {
        let heldDeletions = HeldDeletions(deletions: 4, limit: 3, isFileEmpty: false)
        #expect(story.pass([.grafana(.inSync), .docs(.inSync)], heldDeletions: heldDeletions) == ["heldDeletions"])
        #expect(story.pass([.grafana(.inSync), .docs(.inSync)], heldDeletions: heldDeletions) == [])
        #expect(story.document.state == .outOfSync)
        #expect(story.document.message.contains("--allow-deletions 4"))
        #expect(story.pass([.grafana(.inSync), .docs(.inSync)]) == ["released"])
        #expect(story.document.heldDeletions == nil)
    }

    @Test func `Authentik away is told once, and services stay as they were seen`() {
        story.pass([.grafana(.inSync), .docs(.inSync)])
        #expect(story.fail(.unobservable, "nobody answers") == ["lost: nobody answers"])
        #expect(story.fail(.unobservable, "nobody answers") == [])
        #expect(story.document.state == .unreachable)
        #expect(story.document.authentik.isReachable == false)
        #expect(story.document.passes.failuresInARow == 2)
        #expect(story.document.passes.lastSuccess?.number == 1)
        #expect(story.document.passes.lastAttempt?.result == .failed)
        #expect(story.document.services.map(\.state) == [.inSync, .inSync])
        #expect(story.pass([.grafana(.inSync), .docs(.inSync)]) == ["back"])
        #expect(story.document.passes.failuresInARow == 0)
    }

    @Test func `a refused token is not an Authentik that is away`() {
        #expect(story.fail(.refused, "the token is refused") == ["refused: the token is refused"])
        #expect(story.document.state == .refused)
        #expect(story.document.authentik.isReachable == true)
    }

    @Test func `an invalid file is told with its places, and the last good one stays`() throws {
        story.pass([.grafana(.inSync), .docs(.inSync)])
        let hash = story.document.file.hash
        let line = "secretRef: my-s3cr3t"
        story.take(
            .invalid([Diagnostic(.error, file: "a.yaml", line: 3, column: 5, message: "no", sourceLine: line)])
        )
        #expect(story.document.state == .invalidFile)
        #expect(story.document.file.hash == hash)
        #expect(story.document.file.problems.map(\.line) == [3])
        #expect(!JSONText.of(story.document).contains("s3cr3t"))
        #expect(story.document.services.count == 2)
    }

    @Test func `a service that the file drops stays until a pass has seen what becomes of it`() {
        story.pass([.grafana(.inSync), .docs(.inSync)])
        story.declare { $0.removeLast() }
        #expect(story.document.services.map(\.slug) == ["docs", "grafana"])
        story.pass([.docs(.inSync), .service("grafana", .orphan)])
        #expect(story.document.services.map(\.state) == [.inSync, .orphan])
    }

    @Test func `the document reads back as itself`() throws {
        story.pass([.grafana(.conflict), .docs(.inSync)])
        let groups: [SharedObjectPlan] = [.group("family", pk: nil), .group("admins", pk: "a")]
        story.pass(
            [.docs(.inSync)],
            shared: groups.map { SharedOutcome(plan: $0, failure: $0.pk == nil ? ServiceFailure("no") : nil) },
            heldDeletions: HeldDeletions(deletions: 4, limit: 3, isFileEmpty: false)
        )
        story.fail(.unobservable, "nobody answers")
        let text = JSONText.of(story.document)
        #expect(try JSONDecoder().decode(StatusDocument.self, from: Data(text.utf8)) == story.document)
        // Fails once a member is added that is not written, or not set here.
        let written = Set(try #require(JSONValue(parsing: Array(text.utf8)).object).keys)
        let members = Set(Mirror(reflecting: story.document).children.compactMap(\.label))
        #expect(written == members.subtracting(["shared"]).union(["groups"]))
    }
}
