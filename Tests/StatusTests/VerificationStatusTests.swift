import Base
import DesiredState
import Foundation
import JSON
import Planning
import Reporting
import Testing
import Verification

@testable import Applying
@testable import Status

/// What probes saw, as the status tells it.
@Suite(.timeLimit(.minutes(60))) struct VerificationStatusTests {
    private let story: LedgerStory
    private let calm: [ServiceOutcome] = [.grafana(.inSync), .docs(.inSync)]

    init() throws {
        story = try LedgerStory()
    }

    private var grafana: ServiceStatus? { story.document.services.first { $0.slug == "grafana" } }

    @Test func `nothing is said of what nobody probed`() {
        story.pass(calm)
        #expect(grafana?.verification == nil)
        #expect(story.document.isInSync)
        // Of a bookmark there is nothing to say at all.
        #expect(story.probe("docs", .loginRefused) == [])
        #expect(story.document.isInSync)
    }

    @Test func `equal and unverified is not in sync, until probes see that it works`() {
        story.pass(calm)
        #expect(story.probe("grafana") == [])
        #expect(grafana?.verification?.status == .yes && grafana?.verification?.reason == "Verified")
        #expect(story.document.isInSync)

        #expect(story.probe("grafana", .redirectURIMismatch) == ["unverified grafana: RedirectURIMismatch"])
        #expect(story.document.state == .outOfSync && !story.document.isInSync)
        #expect(story.document.message == "in sync, but the login check failed: grafana")
        #expect(story.document.totals.states == LedgerStory.states(["in-sync": 1, "unverified": 1]))
        #expect(grafana?.state == .unverified)
        #expect(grafana?.reason == "the login fails: RedirectURIMismatch")
        #expect(grafana?.verification?.remedy == "correct it")
        #expect(story.synced("grafana")?.reason == "Unverified" && story.synced("grafana")?.status == .no)
        let since = grafana?.verification?.lastTransitionTime

        // Passes keep it, and what goes on as it was is told once.
        #expect(story.pass(calm) == [])
        #expect(grafana?.state == .unverified)
        #expect(story.probe("grafana", .redirectURIMismatch) == [])
        #expect(story.probe("grafana", .secretMismatch) == ["unverified grafana: SecretMismatch"])
        #expect(grafana?.verification?.lastTransitionTime == since)
        // What was not seen whole says nothing new.
        #expect(story.probe("grafana", isComplete: false) == [])
        #expect(grafana?.state == .unverified)

        #expect(story.probe("grafana") == ["verified grafana"])
        #expect(story.document.isInSync && grafana?.reason == "as declared")
        #expect(grafana?.verification?.remedy == nil)
        #expect(story.synced("grafana")?.status == .yes)
        #expect(story.pass(calm) == [])
        #expect(story.document.isInSync)
    }

    @Test func `a service that is not as declared is told of as that`() {
        story.pass(calm)
        story.probe("grafana", .discoveryNotFound)
        story.pass([.grafana(.conflict), .docs(.inSync)])
        #expect(grafana?.state == .conflict)
        #expect(grafana?.verification?.status == .no)
        story.probe("grafana", .secretMismatch)
        #expect(grafana?.state == .conflict && grafana?.verification?.reason == "SecretMismatch")
    }

    @Test func `a file that leaves it out ends it`() {
        story.pass(calm)
        story.probe("grafana", .discoveryNotFound)
        story.declare { services in
            for index in services.indices { services[index].verifies = false }
        }
        story.pass(calm)
        #expect(grafana?.verification == nil && grafana?.state == .inSync)
        #expect(story.probe("grafana", .discoveryNotFound) == [])
        #expect(story.document.isInSync)
    }

    @Test func `a terminal shows the remedy, and a document reads back as itself`() throws {
        story.pass(calm)
        story.probe("grafana", .secretMismatch)
        let text = StatusText(style: Style(isColored: false), isVerbose: false, now: story.document.since)
            .render(story.document)
        #expect(text.contains("  ! grafana  unverified  the login fails: SecretMismatch"), "\(text)")
        #expect(text.contains("\n      -> correct it\n"), "\(text)")
        let json = JSONText.of(story.document)
        #expect(try JSONDecoder().decode(StatusDocument.self, from: Data(json.utf8)) == story.document)
        #expect(json.contains("\"remedy\": \"correct it\""))
    }
}
