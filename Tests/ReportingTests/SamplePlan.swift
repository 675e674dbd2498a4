import AuthentikAPI
import DesiredState
import JSON
import Kinds
import Secrets

@testable import Planning
@testable import Reporting

/// A plan with something of everything, and what it is made of.
enum SamplePlan {
    static let services = [
        service("argocd", .inSync, "as declared") { $0.notes = ["its secret was not compared"] },
        service("billing", .conflict, "belongs to the owner 'finance'") {
            $0.changes = [change(.application, "name", .text("Billing"), .text("Invoices"))]
        },
        service("docs", .adopt, "exists without an ownership mark and differs from the file") {
            $0.changes = [
                change(.application, "name", .text("Docs"), .text("Homelab Docs")),
                change(.application, "meta_launch_url", FieldValue.none, .text("https://docs.example.net")),
                change(.application, "meta_description", .text(String(repeating: "long ", count: 12)), .text("short")),
            ]
            let fields = ObjectFields.application([assignment("name", .text("Homelab Docs"))])
            let mark = MarkContent(OwnershipMark(owner: "homelab", slug: "docs"))
            $0.add(.application, .update(.application(slug: "docs"), fields))
            $0.add(.mark, .createMark(on: .existing("app-docs"), mark))
        },
        service("grafana", .update, "clientSecret, redirectURIs, signingKey differ") {
            $0.changes = [
                change(.application, "open_in_new_tab", .flag(false), .flag(true)),
                change(.provider, "client_secret", .secret(Secret("0ld-s3cr3t")), .secret(Secret("n3w-s3cr3t"))),
                change(.provider, "redirect_uris", uris("https://wrong.example.net/"), uris("https://g.example.net/a")),
                change(
                    .provider,
                    "property_mappings",
                    mappings("openid", "email (Own email)"),
                    mappings("openid", "email (OpenID 'email')")
                ),
                change(
                    .provider,
                    "signing_key",
                    FieldValue.none,
                    .reference(.init(pk: "key", name: "Self-signed", algorithm: .rs256))
                ),
                change(
                    .provider,
                    "grant_types",
                    .words(["implicit", "refresh_token"]),
                    .words(["refresh_token", "code"])
                ),
                change(.published, "OIDC_ISSUER", FieldValue.none, .text("https://sso.example.net/")),
                change(.published, "OIDC_SECRET", .secret(Secret("0ld-s3cr3t")), .secret(Secret("n3w-s3cr3t"))),
            ]
            let secret = ObjectFields.provider([assignment("client_secret", .secret(Secret("n3w-s3cr3t")))])
            let tab = ObjectFields.application([assignment("open_in_new_tab", .flag(true))])
            let workload = Workload(.deployment, namespace: "monitoring", name: "grafana")
            $0.add(.provider, .update(.provider(pk: 7), secret))
            $0.add(.application, .update(.application(slug: "grafana"), tab))
            $0.add(.secretPublication, .publish(published))
            $0.add(.restart, .restart(workload, at: .existing("2026-11-24T16:00:00Z")))
        },
        service("old", .delete, "not declared any more, and prune is on", isDeclared: false) {
            $0.deletion = Deletion(application: "old", providers: ["old"])
            $0.add(.removal, .delete(.provider(pk: 9)))
            $0.add(.application, .delete(.application(slug: "old")))
        },
        service(
            "orphan",
            .orphan,
            "no longer in the file; declare it again to keep it, or set 'prune: true' to delete it",
            isDeclared: false
        ),
        service("trivy", .create, "new") {
            $0.changes = [
                change(.application, "name", nil, .text("Trivy")), change(.application, "slug", nil, .text("trivy")),
                change(.provider, "client_secret", nil, .secret(Secret("n3w-s3cr3t"))),
                change(.provider, "redirect_uris", nil, uris("https://t.example.net/callback")),
                change(
                    .provider,
                    "signing_key",
                    nil,
                    .reference(.init(pk: "curve", name: "Curve", algorithm: .es256))
                ),
            ]
            let both = Step.ID(service: "trivy", .application)
            let application = ObjectFields.application([assignment("name", .text("Trivy"))])
            let provider = ObjectFields.provider([assignment("client_secret", .secret(Secret("n3w-s3cr3t")))])
            let mark = MarkContent(OwnershipMark(owner: "homelab", slug: "trivy"), provider: .made(by: both))
            $0.add(.application, .create([application, provider]))
            $0.add(.mark, .createMark(on: .made(by: both), mark))
        },
        service("tracing", .update, "what it publishes cannot be compared") {
            $0.hindrance = "ConfigMap monitoring/tracing-oidc cannot be published: configmaps is forbidden"
        },
        service("vault", .blocked, "the secret (env VAULT_SECRET) is not set"),
    ]

    private static let published = PublishedContent(
        object: PublishedObjectName(.secret, namespace: "monitoring", name: "grafana-oidc"),
        assignments: [
            assignment("OIDC_ISSUER", .text("https://sso.example.net/")),
            assignment("OIDC_SECRET", .secret(Secret("n3w-s3cr3t"))),
        ],
        labels: [:]
    )

    static let plan = Plan(services: services)

    /// The same with the deletion limit on.
    static var held: Plan {
        var plan = plan
        plan.heldDeletions = HeldDeletions(deletions: 4, limit: 3, isFileEmpty: false)
        for index in plan.services.indices where plan.services[index].deletion != nil {
            plan.services[index].deletion?.isHeld = true
            plan.services[index] = plan.services[index].withheld
        }
        return plan
    }

    static func result(_ plan: Plan, _ narrowing: Narrowing = Narrowing()) -> PlanResult {
        guard let address = AuthentikAddress("https://sso.example.net"), let release = Release("2025.12.4") else {
            preconditionFailure("the sample has no address or release")
        }
        return PlanResult(plan: plan, release: release, address: address, narrowing: narrowing)
    }

    static func record(_ plan: Plan) -> PlanRecord {
        let result = result(plan)
        return PlanRecord(plan, release: result.release, address: result.address, owner: "homelab")
    }

    static func service(
        _ slug: String,
        _ decision: Decision,
        _ reason: String,
        isDeclared: Bool = true,
        _ fill: (inout ServicePlan) -> Void = { _ in }
    ) -> ServicePlan {
        let location = SourceLocation(file: "services.yaml", line: 4, column: 5)
        var plan = ServicePlan(slug: slug, decision: decision, reason: reason, location: isDeclared ? location : nil)
        fill(&plan)
        return plan
    }

    static func change(
        _ object: ObjectKind,
        _ field: String,
        _ before: FieldValue?,
        _ after: FieldValue
    ) -> FieldChange {
        FieldChange(object: object, field: field, before: before, after: after)
    }

    static func assignment(_ field: String, _ value: FieldValue) -> FieldAssignment {
        FieldAssignment(field: field, value: value)
    }

    static func uris(_ urls: String...) -> FieldValue {
        .redirectURIs(urls.map { .init(matchingMode: "strict", url: $0) })
    }

    static func mappings(_ names: String...) -> FieldValue {
        .references(names.map { .init(pk: .string($0), name: $0) })
    }
}
