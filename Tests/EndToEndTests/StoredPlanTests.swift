import AuthentikSandbox
import Foundation
import JSON
import SystemPackage
import TestSupport
import Testing

/// A file in a folder of its own, gone after the test.
func withFile<Result>(_ name: String, _ body: (_ path: String) async throws -> Result) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "reconcile-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory.appending(path: name).path)
}

@Suite(.timeLimit(.minutes(60))) struct StoredPlanTests {
    @Test func whatWasReviewedIsAppliedOnce() async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                let plan = try await target.run("plan", "--config", homelab, "--save", path)
                #expect(plan.status == 2)
                let command = "reconcile --once --config \(homelab) --plan \(path)"
                #expect(plan.output.contains("\nApply exactly this plan: \(command)\n"))
                #expect(target.writes == [])
                try expectNoSecrets(in: path)
                #expect(try schemaMistakes(JSONValue(parsing: Array(text(path).utf8)), "plan") == [])

                let applied = try await target.run("--once", "--config", homelab, "--plan", path)
                #expect(applied.status == 0)
                #expect(
                    applied.output.contains("7 services: 7 created; 1 group: 1 created. 41 requests, 19 writes, in ")
                )
                applied.expectNoSecrets()

                target.sandbox.resetRequests()
                let again = try await target.run("--once", "--config", homelab, "--plan", path)
                #expect(again.status == 1)
                #expect(again.output == "")
                #expect(again.errors.contains("error: the plan is out of date, so nothing was written; plan again"))
                #expect(again.errors.contains("  grafana  planned: create, new; now: in-sync, as declared\n"))
                #expect(target.writes == [])
            }
        }
    }

    @Test func whatMachinesGetIsAPlanToo() async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                let plan = try await target.run("plan", "--config", homelab, "--output", "json")
                try Data(plan.output.utf8).write(to: URL(filePath: path))
                #expect(try await target.run("--once", "--config", homelab, "--plan", path).status == 0)
            }
        }
    }

    @Test func aFieldThatMovedRefusesAll() async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                _ = try await target.run("--once", "--config", homelab)
                try await target.admin.changeProvider("grafana", ["signing_key": nil])
                try await target.admin.deleteApplication("trivy")
                #expect(try await target.run("plan", "--config", homelab, "--save", path).status == 2)
                try await target.admin.changeProvider("grafana", ["client_id": "moved", "client_secret": "m0v3d"])
                target.sandbox.resetRequests()
                let result = try await target.run("--once", "--config", homelab, "--plan", path)
                #expect(result.status == 1)
                #expect(result.errors.contains("  grafana  provider.clientID: planned unchanged; now moved → grafana"))
                #expect(result.errors.contains("  grafana  provider.clientSecret: planned unchanged; now (changed)"))
                #expect(!result.errors.contains("trivy"))
                #expect(!result.errors.contains("m0v3d"))
                result.expectNoSecrets()
                #expect(target.writes == [])
            }
        }
    }

    /// A plan knows of a secret only whether it changes.
    @Test func aSecretMayTurnIntoAnother() async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                _ = try await target.run("--once", "--config", homelab)
                try await target.admin.changeProvider("grafana", ["client_secret": "by-hand"])
                _ = try await target.run("plan", "--config", homelab, "--save", path)
                try expectNoSecrets(in: path)
                #expect(try !text(path).contains("by-hand"))
                let result = try await target.run(
                    "--once",
                    "--config",
                    homelab,
                    "--plan",
                    path,
                    changing: ["GRAFANA_OAUTH_CLIENT_SECRET": "r0tat3d"]
                )
                #expect(result.status == 0)
                #expect(try await target.admin.provider("grafana")["client_secret"] == "r0tat3d")
            }
        }
    }

    @Test func anotherAuthentikIsRefused() async throws {
        try await withTarget { first in
            try await withFile("plan.json") { path in
                _ = try await first.run("plan", "--config", homelab, "--save", path)
                try await withTarget { second in
                    let result = try await second.run("--once", "--config", homelab, "--plan", path)
                    #expect(result.status == 1)
                    #expect(result.errors.contains("  Authentik's address: planned http://127.0.0.1:"))
                    #expect(second.writes == [])
                }
            }
        }
    }

    @Test func aNarrowPlanIsAppliedAsNarrowly() async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                let plan = try await target.run("plan", "--config", homelab, "--only", "trivy", "--save", path)
                #expect(plan.output.contains("Plan for trivy only: 1 to create."))
                let result = try await target.run("--once", "--config", homelab, "--plan", path)
                #expect(result.status == 0)
                #expect(result.output.contains("1 service: 1 created."))
                #expect(try await target.admin.list("core/applications/").count == 1)
            }
        }
    }

    @Test func aServiceThatIsGoneIsADifferenceAndNoUsage() async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                _ = try await target.run("plan", "--config", homelab, "--only", "trivy", "--save", path)
                try await withFile("services.yaml") { file in
                    let text = "apiVersion: reconcile/v1\nowner: homelab\nservices: [{slug: a, launchURL: https://a}]\n"
                    try Data(text.utf8).write(to: URL(filePath: file))
                    let result = try await target.run("--once", "--config", file, "--plan", path)
                    #expect(result.status == 1)
                    #expect(result.errors.contains("  trivy  now: neither declared nor owned\n"))
                    #expect(target.writes == [])
                }
            }
        }
    }

    @Test func deletionsThatWereReviewedAreCarriedOut() async throws {
        try await withTarget { target in
            try await withFile("services.yaml") { file in
                _ = try await target.run("--once", "--config", homelab)
                let text =
                    "apiVersion: reconcile/v1\nowner: homelab\nprune: true\nmaxDeletions: 1\n"
                    + "services: [{slug: a, launchURL: https://a}]\n"
                try Data(text.utf8).write(to: URL(filePath: file))
                try await withFile("plan.json") { path in
                    let held = try await target.run("plan", "--config", file, "--save", path)
                    #expect(held.status == 1)
                    #expect(held.output.contains("Deletions: 7, held back\n"))
                    #expect(held.output.contains("1 to create; 7 held back."))
                    #expect(try schemaMistakes(JSONValue(parsing: Array(self.text(path).utf8)), "plan") == [])
                    let first = try await target.run("--once", "--config", file, "--plan", path, "--output", "json")
                    #expect(first.status == 1)
                    let report = try JSONValue(parsing: Array(first.output.utf8))
                    #expect(try schemaMistakes(report, "report") == [])
                    #expect(report["heldDeletions"]?["deletions"] == 7)
                    #expect(try await target.admin.list("core/applications/").count == 8)

                    let let7 = try await target.run("plan", "--config", file, "--allow-deletions", "7", "--save", path)
                    #expect(let7.status == 2)
                    #expect(let7.output.contains("Deletions: 7\n"))
                    #expect(let7.output.contains("deletes the provider 'grafana', then the application 'grafana'"))
                    let second = try await target.run("--once", "--config", file, "--plan", path)
                    #expect(second.status == 0)
                    #expect(second.output.contains("deleted the provider 'grafana', then the application 'grafana'"))
                    #expect(second.output.contains("8 services: 1 in sync, 7 deleted."))
                    #expect(try await target.admin.list("core/applications/").count == 1)
                    #expect(try await target.admin.list("providers/oauth2/").isEmpty)
                }
            }
        }
    }

    @Test func aReleaseIsNotNarrowed() async throws {
        try await withTarget { target in
            let result = try await target.run("release", "--config", homelab, "--only", "grafana")
            #expect(result.status == 64)
            #expect(result.errors.contains("unknown option '--only'"))
            #expect(target.writes == [])
        }
    }

    /// Where a file is replaced as a whole, `/dev/null` must not be.
    @Test func whatIsNoFileIsNeitherWrittenNorRead() async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/null")
                let saved = try await target.run("plan", "--config", homelab, "--save", path)
                #expect(saved.status == 65)
                #expect(saved.errors.contains("cannot be written to '\(path)': it is not a regular file"))
                #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "/dev/null")
            }
            try await withFile("plan.json") { path in
                try #require(mkfifo(path, 0o600) == 0)
                // Nobody ever writes into the pipe, and nothing ends the device.
                for path in [path, "/dev/zero"] {
                    let result = try await target.run("--once", "--config", homelab, "--plan", path)
                    #expect(result.status == 65)
                    #expect(result.errors == "error: cannot read the plan '\(path)': it is not a regular file\n")
                }
            }
            #expect(target.writes == [])
        }
    }

    @Test func aHugePlanIsNotReadAtAll() async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                let file = try FileDescriptor.open(
                    FilePath(path),
                    .writeOnly,
                    options: .create,
                    permissions: .ownerReadWrite
                )
                // A hole: it takes no space.
                try file.resize(to: 8 << 30)
                try file.close()
                let result = try await target.run("--once", "--config", homelab, "--plan", path)
                #expect(result.status == 65)
                #expect(result.errors == "error: cannot read the plan '\(path)': it is larger than 64 MB\n")
            }
        }
    }

    @Test func aPlanIsForItsOwnerOnlyAndALinkOfOnesOwnStays() async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "other.json")
                #expect(try await target.run("plan", "--config", homelab, "--save", path).status == 2)
                #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "other.json")
                let other = URL(filePath: path).deletingLastPathComponent().appending(path: "other.json").path
                #expect(try FileManager.default.attributesOfItem(atPath: other)[.posixPermissions] as? Int == 0o600)
                #expect(try await target.run("--once", "--config", homelab, "--plan", path).status == 0)
            }
        }
    }

    @Test(.enabled("needs root, to make something another user's") { geteuid() == 0 })
    func aLinkOfAnotherUserIsNotFollowed() async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                let victim = URL(filePath: path).deletingLastPathComponent().appending(path: "victim")
                try Data("mine".utf8).write(to: victim)
                try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: victim.path)
                try #require(lchown(path, 65_534, 65_534) == 0)
                let saved = try await target.run("plan", "--config", homelab, "--save", path)
                #expect(saved.status == 65)
                #expect(saved.errors.contains("is a symbolic link owned by another user"))
                #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")

                try FileManager.default.removeItem(at: victim)
                let sandbox = try await Command(["sandbox", "--port", "0", "--state", path]).run()
                #expect(sandbox.status == 1)
                #expect(sandbox.errors.contains("is a symbolic link owned by another user"))
                let log = try await Command(["sandbox", "--port", "0", "--log-file", path]).run()
                #expect(log.status == 1)
                #expect(log.errors.contains("is a symbolic link owned by another user"))
                #expect(!FileManager.default.fileExists(atPath: victim.path))
            }
        }
    }

    @Test func aPlanWithoutSecretsWritesNone() async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                _ = try await target.run("--once", "--config", homelab)
                try await target.admin.changeProvider("grafana", ["client_secret": "by-hand", "signing_key": nil])
                try await target.admin.deleteApplication("argocd")
                try await target.admin.deleteProvider("argocd")
                let plan = try await target.run("plan", "--config", homelab, "--without-secrets", "--save", path)
                #expect(plan.status == 2)
                #expect(plan.output.contains("clientSecret       (not resolved)"))
                let result = try await target.run("--once", "--config", homelab, "--plan", path)
                #expect(result.status == 1)
                #expect(result.output.contains("it needs its secret, which was left out of the plan"))
                #expect(result.output.contains("5 in sync, 1 updated, 1 failed; 1 group: 1 in sync."))
                let provider = try await target.admin.provider("grafana")
                #expect(provider["client_secret"] == "by-hand")
                #expect(provider["signing_key"]?.string != nil)
                // Proxy providers are listed among them.
                let providers = try await target.admin.list("providers/oauth2/").compactMap { $0["name"]?.string }
                #expect(providers.sorted() == ["grafana", "openclaw", "trivy"])
            }
        }
    }

    @Test(arguments: [
        ("", "is not a saved plan: the file is empty"), ("garbage", "is not a saved plan: the file is not JSON"),
        ("[]", "is not a saved plan; make one with"),
        (#"{"kind": "report", "version": 1}"#, "is not a saved plan; make one with"),
        (#"{"kind": "plan", "version": 2}"#, "is a plan of version 2, but this reconcile supports version 1"),
        (#"{"kind": "plan", "version": 1, "owner": "homelab"}"#, "is not a valid plan: fields are missing or unknown"),
        (nil, "cannot read the plan"),
    ])
    func whatIsNoPlanIsRefusedAtOnce(_ text: String?, _ says: String) async throws {
        try await withTarget { target in
            try await withFile("plan.json") { path in
                if let text { try Data(text.utf8).write(to: URL(filePath: path)) }
                let result = try await target.run("--once", "--config", homelab, "--plan", path)
                #expect(result.status == 65)
                #expect(result.output == "")
                #expect(result.errors.hasPrefix("error: "))
                #expect(result.errors.contains(says) && result.errors.contains(path))
                #expect(result.errors.split(separator: "\n").count == 1)
                #expect(target.sandbox.requests.isEmpty)
            }
        }
    }

    @Test func aPlaceThatCannotBeWrittenIsAMistake() async throws {
        try await withTarget { target in
            let result = try await target.run("plan", "--config", homelab, "--save", "/no/such/folder/plan.json")
            #expect(result.status == 65)
            #expect(result.errors.contains("cannot be written to '/no/such/folder/plan.json'"))
        }
    }

    @Test(arguments: [
        (["--plan", "x", "--only", "grafana"], "which says which services it is about"),
        (["--plan", "x", "--sandbox"], "starts empty in each run"),
        (["--plan", "x", "--allow-deletions", "4"], "which says how many deletions are allowed"),
        (["--without-secrets"], "unknown option '--without-secrets'"),
    ])
    func optionsThatMakeNoSenseAreUsage(_ options: [String], _ says: String) async throws {
        let result = try await Command(["--once", "--config", homelab] + options).run()
        #expect(result.status == 64)
        #expect(result.errors.contains(says))
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func expectNoSecrets(in path: String) throws {
        let text = try text(path)
        for secret in [token] + secrets.values { #expect(!text.contains(secret)) }
    }
}
