import Base
import DesiredState
import FoundationEssentials
import KubernetesAPI
import Planning
import Testing
import Verification

@testable import Applying
@testable import Controller
@testable import Status

/// What of a pass becomes Kubernetes Events.
@Suite(.timeLimit(.minutes(60))) struct EventDigestTests {
    private func change(_ slug: String) -> LedgerEvent {
        .changed(ServicePlan(slug: slug, decision: .update, reason: "redirectURIs differs"))
    }

    @Test func `what happens to many services is one event`() {
        let digest = EventDigest((0..<1000).map { change("s\($0)") })
        #expect(digest.notes.count == 1)
        #expect(digest.notes.first?.reason == "ServicesChanged")
        #expect(digest.notes.first?.isWarning == false)
        #expect(digest.notes.first?.note.hasPrefix("s0: update, redirectURIs differs; s1: ") == true)
        #expect(digest.notes.first?.note.hasSuffix("; and 988 more") == true)
    }

    @Test func `who drifted what, when and from where is told`() {
        let time = Timestamp(Date(timeIntervalSince1970: 1_800_000_000))
        var author = DriftAuthor(username: "akadmin", at: time, address: "10.0.0.5", event: "e1")
        author.link = "https://sso.example.net/if/admin/#/events/log/e1"
        let plan = ServicePlan(slug: "grafana", decision: .update, reason: "group differs")
        let drift = LastDrift(at: time, pass: 2, reason: "group differs", changes: [], by: author)
        let unlogged = LastDrift(at: time, pass: 2, reason: "group differs", changes: [], isUnlogged: true)
        let digest = EventDigest([.drifted(plan, drift), .drifted(plan, unlogged)])
        #expect(digest.notes.map(\.reason) == ["ServicesDrifted"])
        #expect(
            digest.notes.first?.note
                == "grafana: group differs, by akadmin from 10.0.0.5 at \(time), "
                + "https://sso.example.net/if/admin/#/events/log/e1; "
                + "grafana: group differs, by a blueprint or the shell (not in the audit log)"
        )
    }

    @Test func `each kind of thing is one, and what goes on as it was is none`() {
        let digest = EventDigest([
            change("grafana"),
            .failed(slug: "argocd", ServiceFailure("Authentik rejects it"), isNew: true),
            .failed(slug: "old", ServiceFailure("Authentik rejects it"), isNew: false),
            .stuck(slug: "wiki", .conflict, reason: "belongs to the owner 'other'"),
            .unverified(slug: "git", ProbeFailure(.secretMismatch, "it has another", remedy: "run a pass")),
            .verified(slug: "chat"),
            .deletionsHeld(HeldDeletionsRecord(HeldDeletions(deletions: 5, limit: 3, isFileEmpty: false))),
            .authentikLost(error: "refused", isReachable: true),
            .authentikBack(since: nil, wasReachable: true),
            .leads,
            .standsBy(holder: "b"),
            .waits(seconds: 15),
            .recovered(slug: "docs"),
        ])
        #expect(
            digest.notes.map(\.reason) == [
                "ServicesChanged", "ServicesNotInSync", "LoginsNotVerified", "LoginsVerified", "DeletionsHeld",
                "AuthentikLost", "AuthentikBack", "BecameLeader",
            ]
        )
        #expect(digest.notes.map(\.isWarning) == [false, true, true, false, true, true, false, false])
        #expect(
            digest.notes[1].note
                == "argocd: failed, Authentik rejects it; wiki: conflict, belongs to the owner 'other'"
        )
    }

    @Test func `what is no service's stands among the services`() {
        let group = SharedObjectPlan.group("family", pk: nil)
        let digest = EventDigest([
            .sharedChanged(group), change("grafana"), .sharedFailed(group, ServiceFailure("no"), isNew: true),
            .sharedFailed(group, ServiceFailure("no"), isNew: false),
        ])
        #expect(digest.notes.map(\.reason) == ["ServicesChanged", "ServicesNotInSync"])
        #expect(
            digest.notes.map(\.note) == [
                "group 'family': create, it was missing; grafana: update, redirectURIs differs",
                "group 'family': failed, no",
            ]
        )
    }

    @Test func `what nobody can reach is a warning, and what is served again is none`() {
        let digest = EventDigest([
            .notServed(slug: "trivy", outpost: "edge", reason: "the outpost 'edge' was last seen at noon"),
            .servedAgain(slug: "wiki", outpost: "inner"),
            .notServed(slug: "vault", outpost: "edge", reason: "the outpost 'edge' was last seen at noon"),
        ])
        #expect(digest.notes.map(\.reason) == ["ServicesNotServed", "ServicesServed"])
        #expect(digest.notes.map(\.isWarning) == [true, false])
        #expect(
            digest.notes.map(\.note) == [
                "trivy: the outpost 'edge' was last seen at noon; vault: the outpost 'edge' was last seen at noon",
                "wiki: by the outpost 'inner'",
            ]
        )
    }

    @Test func `what nobody may open any more is a warning, and what opens again is none`() {
        let digest = EventDigest([
            .accessClosed(slug: "docs", reason: "the group 'admins' is gone"), .accessOpened(slug: "wiki"),
            .accessClosed(slug: "vault", reason: "the user 'bob' is gone"),
        ])
        #expect(digest.notes.map(\.reason) == ["AccessClosed", "AccessOpened"])
        #expect(digest.notes.map(\.isWarning) == [true, false])
        #expect(
            digest.notes.map(\.note) == ["docs: the group 'admins' is gone; vault: the user 'bob' is gone", "wiki"]
        )
    }

    @Test func `a quiet pass is none`() {
        #expect(EventDigest([LedgerEvent]()).notes.isEmpty)
        #expect(EventDigest(.same).notes.isEmpty)
    }
}
