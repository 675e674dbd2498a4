import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// An account for pull requests: it can plan, and nothing else.
@Suite(.timeLimit(.minutes(60))) struct ViewOnlyTests {
    private func admin(_ workplace: Workplace) -> [String: String] {
        ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token]
    }

    @Test func `it can plan with and without secrets, and a write is refused`() async throws {
        try await withWorkplace { workplace in
            let config = ["--config", workplace.file.path]
            let made = try await Command(["bootstrap", "--view-only"] + config, environment: admin(workplace)).run()
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.errors.contains("created the service account 'reconcile-view'"))
            let token = made.output.trimmingCharacters(in: .newlines)
            let account = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": token]

            for options in [[], ["--without-secrets", "--output", "markdown"]] {
                let plan = try await Command(["plan"] + config + options, environment: account).run()
                #expect(plan.status == 2, "\(plan.errors)")
            }
            let refused = try await Command(["apply"] + config, environment: account).run()
            #expect(refused.status == 77)
            #expect(refused.errors.contains("error: nothing was written: the account of the token lacks permissions"))
            #expect(!refused.errors.contains(token))
            #expect(
                workplace.sandbox.requests.filter { $0.isWrite && $0.status < 300 && $0.caller == "reconcile-view" }
                    .isEmpty
            )
            let doctor = try await Command(["doctor"] + config, environment: account).run()
            #expect(doctor.status == 1)
            #expect(doctor.output.contains("the account can only view, which is enough to plan"))

            // Once applied by another, it sees that nothing is to do.
            #expect(try await Command(["apply"] + config, environment: admin(workplace)).run().status == 0)
            #expect(try await Command(["plan"] + config, environment: account).run().status == 0)

            let again = try await Command(["bootstrap", "--view-only"] + config, environment: admin(workplace)).run()
            #expect(again.output == made.output)
            #expect(again.errors == "nothing to do: the account is complete\n")
        }
    }

    @Test func `it can plan a file with whatever needs permissions of its own`() async throws {
        try await withWorkplace { workplace in
            try workplace.write(
                "groups: [{name: family}]\n" + Workplace.services
                    + """
                      - {slug: a, port: 8450, forwardAuth: {mode: single}}
                      - {slug: b, launchURL: 'https://b.example.net', access: {groups: [family], users: [akadmin]}}

                    """
            )
            let config = ["--config", workplace.file.path]
            let made = try await Command(["bootstrap", "--view-only"] + config, environment: admin(workplace)).run()
            let token = made.output.trimmingCharacters(in: .newlines)
            let account = ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": token]
            let plan = try await Command(["plan", "--without-secrets"] + config, environment: account).run()
            #expect(plan.status == 2, "\(plan.output)\(plan.errors)")
            #expect(try await Command(["apply"] + config, environment: admin(workplace)).run().status == 0)
            let after = try await Command(["plan"] + config, environment: account).run()
            #expect(after.status == 0, "\(after.output)\(after.errors)")
        }
    }

    @Test func `neither account is ever made of the other`() async throws {
        try await withWorkplace { workplace in
            let environment = admin(workplace)
            #expect(try await Command(["bootstrap"], environment: environment).run().status == 0)
            workplace.sandbox.resetRequests()
            let writer = try await Command(
                ["bootstrap", "--view-only", "--account", "reconcile"],
                environment: environment
            ).run()
            #expect(writer.status == 1 && writer.output == "")
            #expect(writer.errors.contains("the token 'reconcile-api' belongs to an account that may write"))
            #expect(try await Command(["bootstrap", "--view-only"], environment: environment).run().status == 0)
            workplace.sandbox.resetRequests()
            let viewer = try await Command(["bootstrap", "--account", "reconcile-view"], environment: environment).run()
            #expect(viewer.status == 1 && viewer.output == "")
            #expect(viewer.errors.contains("the token 'reconcile-view-plan' belongs to a view-only account"))
            #expect(workplace.sandbox.requests.filter(\.isWrite).isEmpty)

            // A role that somebody extended is not given out as one that can only view.
            let role = try #require(
                try await workplace.admin.list("rbac/roles/?name=reconcile-view").first?["pk"]?.string
            )
            try await workplace.admin.send(
                "POST",
                "rbac/permissions/assigned_by_roles/\(role)/assign/",
                ["permissions": ["authentik_core.delete_application"]]
            )
            let extended = try await Command(["bootstrap", "--view-only"], environment: environment).run()
            #expect(extended.status == 1 && extended.output == "")
            #expect(extended.errors.contains("permits more than viewing: authentik_core.delete_application"))
        }
    }

    @Test func `what left the file and is still there keeps its rights until it is deleted`() async throws {
        try await withWorkplace { workplace in
            let more = """
                  - {slug: trivy, name: Trivy, port: 8448, forwardAuth: {mode: single}}
                scopeMappings: [{name: Own email, scope: email, expression: 'return {}'}]

                """
            try workplace.write("prune: true\n" + Workplace.services + more)
            let config = ["--config", workplace.file.path]
            let made = try await Command(["bootstrap"] + config, environment: admin(workplace)).run()
            let account = [
                "AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": made.output.trimmingCharacters(in: .newlines),
            ]
            #expect(try await Command(["apply"] + config, environment: account).run().status == 0)

            try workplace.write("prune: true\n" + Workplace.services)
            let kept = try await Command(["bootstrap", "--trim"] + config, environment: admin(workplace)).run()
            #expect(kept.errors == "nothing to do: the account is complete\n")
            let checked = try await Command(["doctor"] + config, environment: account).run()
            #expect(checked.status == 0 && !checked.output.contains("not needed"), "\(checked.output)")
            let pruned = try await Command(["apply"] + config, environment: account).run()
            #expect(pruned.status == 0, "\(pruned.output)")
            #expect(pruned.output.contains("deleted"))

            let trimmed = try await Command(["bootstrap", "--trim"] + config, environment: admin(workplace)).run()
            #expect(trimmed.errors.contains("removed permissions that are not needed from the role: "))
            let after = try await Command(["doctor"] + config, environment: account).run()
            #expect(after.status == 0, "\(after.output)")
        }
    }
}
