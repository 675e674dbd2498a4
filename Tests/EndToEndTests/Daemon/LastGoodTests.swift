import Foundation
import JSON
import TestSupport
import Testing

/// A file that lost its services takes no login along.
@Suite(.timeLimit(.minutes(60))) struct LastGoodTests {
    @Test(arguments: ["", "# nothing\n", "services: []\n", "\t"])
    func `a file that is empty, or no file of services, leaves the last good one in force`(_ text: String) async throws
    {
        try await withWorkplace { workplace in
            try workplace.write("prune: true\n" + Workplace.services)
            let daemon = try workplace.daemon()
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            try workplace.write(text)
            let status = try await daemon.settled("it says so") { $0["state"] == "invalid-file" }
            #expect(status["totals"]?["states"]?["in-sync"] == 2)
            let answer = try await daemon.pass()
            #expect(answer["pass"]?["result"] == "converged")
            #expect(try await workplace.admin.list("core/applications/").count == 2)
            try FileManager.default.removeItem(at: workplace.file)
            try await daemon.settled("it is gone") {
                $0["file"]?["problems"]?.array?.first?["message"]?.string?.contains("No such file") == true
            }
            try workplace.write("prune: true\n" + Workplace.services)
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            #expect(try await daemon.end() == 0)
        }
    }

    @Test func `the deletion limit is told of, and let through beside the daemon`() async throws {
        try await withWorkplace { workplace in
            try workplace.write("prune: true\n" + Workplace.services)
            let daemon = try workplace.daemon()
            try await daemon.settled("in sync") { $0["isInSync"] == true }
            try workplace.write("apiVersion: reconcile/v1\nowner: homelab\nprune: true\nservices: []\n")
            let status = try await daemon.settled("the deletion limit holds") { $0["heldDeletions"] != nil }
            #expect(try schemaMistakes(status, "status") == [])
            #expect(status["state"] == "out-of-sync")
            #expect(status["heldDeletions"]?["isFileEmpty"] == true)
            #expect(status["message"]?.string?.contains("--allow-deletions 2") == true)
            #expect(status["services"]?.array?.map { $0["state"] } == ["held", "held"])
            #expect(status.service("grafana")?["deletion"]?["provider"] == "grafana")
            #expect(try await daemon.metric("reconcile_deletions_held") == 2)
            #expect(try await workplace.admin.list("core/applications/").count == 2)
            let held = daemon.log.filter { $0["message"]?.string?.hasPrefix("deletions held back") == true }
            #expect(held.count == 1)
            // The command in the log works when it is pasted.
            let reason = held.first?["reason"]?.string ?? ""
            let advice = try #require(reason.firstMatch(of: #/'reconcile (--once [^']*)'/#)?.1)
            let words = advice.split(separator: " ").map(String.init)
            #expect(words.contains(workplace.file.path) && words.suffix(2) == ["--allow-deletions", "2"])
            let once = try await Command(words, environment: ["AUTHENTIK_URL": workplace.address]).run()
            #expect(once.status == 0, "\(once.errors)")
            #expect(try await workplace.admin.list("core/applications/").isEmpty)
            let after = try await daemon.settled("it holds nothing any more") { $0["heldDeletions"] == nil }
            #expect(after["totals"]?["services"] == 0)
            #expect(after["state"] == "in-sync")
            #expect(try await daemon.end() == 0)
        }
    }
}
