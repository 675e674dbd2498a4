import Foundation
import JSON
import KubernetesSupport
import TestSupport
import Testing

/// What `reconcile doctor` finds, and says to do.
@Suite(.timeLimit(.minutes(60))) struct DoctorTests {
    private func doctor(_ arguments: [String], _ environment: [String: String]) async throws -> Command.Result {
        try await Command(["doctor"] + arguments, environment: environment).run()
    }

    @Test func `each permission that is missing is named, with what it is for`() async throws {
        try await withWorkplace { workplace in
            let kept = Admin.passPermissions.filter { $0 != "authentik_core.add_application" }
            let token = try await workplace.admin.makeServiceAccount("limited", permissions: kept)
            let result = try await doctor([], ["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": token])
            #expect(result.status == 1)
            #expect(
                result.output.contains(
                    "x permission  authentik_core.add_application is missing: to create applications\n"
                        + "              → give it to a role of 'limited'; "
                )
            )
            #expect(result.output.contains("! permission  authentik_events.view_event is missing"))
            #expect(!result.output.contains("add_oauth2provider"))
            #expect(result.output.contains("1 problem, "))
        }
    }

    @Test func `what stands in the way to Authentik is told apart`() async throws {
        try await withWorkplace { workplace in
            func says(_ environment: [String: String], _ subject: String, _ advice: String) async throws {
                let result = try await doctor([], environment)
                #expect(result.status == 1)
                #expect(result.output.contains("x \(subject)"))
                #expect(result.output.contains(advice))
                #expect(!result.output.contains("wr0ng"))
            }
            let token = "wr0ng-t0k3n"
            try await says([:], "settings", "no Authentik is given")
            try await says(["AUTHENTIK_URL": workplace.address], "settings", "no token is given")
            try await says(
                ["AUTHENTIK_URL": "http://127.0.0.1:1", "AUTHENTIK_TOKEN": token],
                "Authentik",
                "NetworkPolicy"
            )
            try await says(["AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": token], "token", "intent 'API'")
            let elsewhere = ["AUTHENTIK_URL": "\(workplace.address)/elsewhere", "AUTHENTIK_TOKEN": token]
            try await says(elsewhere, "Authentik", "with its path if it has one")
            try await withKubernetes { kubernetes in
                // A server with a certificate that nobody trusts.
                let environment = ["AUTHENTIK_URL": kubernetes.url, "AUTHENTIK_TOKEN": token]
                try await says(environment, "Authentik", "--ca-file")
            }
        }
    }

    @Test func `the file, its secrets and the rights in Kubernetes are looked at, each by itself`() async throws {
        try await withWorkplace { workplace in
            try await withKubernetes { kubernetes in
                kubernetes.setSecret("grafana-secret", in: "monitoring", ["clientKey": "s3cr3t-0f-gr4f4n4"])
                kubernetes.rules = [
                    .reading(secrets: ["grafana-secret"], in: "monitoring"),
                    AccessRule(
                        verbs: ["get", "update"],
                        groups: ["coordination.k8s.io"],
                        resources: ["leases"],
                        namespace: "authentik",
                        resourceNames: ["reconcile"]
                    ),
                ]
                try workplace.write(
                    Workplace.services.replacing(
                        "{file: SECRET}",
                        with: "{kubernetes: {namespace: monitoring, name: grafana-secret, key: clientKey}}\n"
                            + "    restart: {deployment: grafana}"
                    )
                )
                let environment = [
                    "AUTHENTIK_URL": workplace.address, "AUTHENTIK_TOKEN": Workplace.token,
                    "KUBECONFIG": try kubernetes.writeKubeconfig(namespace: "authentik"),
                ]
                let arguments = ["--config", workplace.file.path, "--leader-elect"]
                let result = try await doctor(arguments, environment)
                #expect(result.status == 1)
                #expect(result.output.contains("= secrets     one can be used"))
                #expect(result.output.contains("answers, and 5 of 7 rights are granted"))
                #expect(
                    result.output.contains("it needs 'patch' on deployments.apps 'grafana' in namespace 'monitoring'")
                )
                #expect(
                    result.output.contains("it needs 'create' on leases.coordination.k8s.io in namespace 'authentik'")
                )
                #expect(!result.output.contains("s3cr3t"))

                let json = try await doctor(arguments + ["--output", "json"], environment)
                let findings = try #require(try JSONValue(parsing: Array(json.output.utf8)).array)
                #expect(findings.count { $0["verdict"] == "problem" } == 2)
                #expect(findings.allSatisfy { $0["subject"]?.string != nil && $0["message"]?.string != nil })

                try workplace.write("apiVersion: reconcile/v1\nowner: homelab\nservices:\n  - slg: x\n")
                let broken = try await doctor(arguments, environment)
                #expect(broken.output.contains("x file"))
                #expect(broken.output.contains(":4:5: unknown field 'slg'"))
                #expect(broken.output.contains("→ did you mean 'slug'?"))
            }
        }
    }
}
