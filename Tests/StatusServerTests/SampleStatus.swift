import Base
import FoundationEssentials
import Kinds

@testable import Applying
@testable import Planning
@testable import Status

/// Documents as a daemon would hand them out.
struct SampleStatus {
    /// When they are told.
    var now = Timestamp(Date(timeIntervalSince1970: 1_795_525_200))

    func ago(_ duration: Duration) -> Timestamp { now.advanced(by: .zero - duration) }

    // Of everything.

    func document(
        _ state: OverallState,
        _ message: String,
        _ services: [ServiceStatus],
        _ fill: (inout StatusDocument) -> Void = { _ in }
    ) -> StatusDocument {
        var states = Dictionary(uniqueKeysWithValues: SyncState.allCases.map { ($0.rawValue, 0) })
        for service in services { states[service.state.rawValue, default: 0] += 1 }
        var document = StatusDocument(
            program: ProgramStatus(version: "1.0.0", startedAt: ago(.seconds(3 * 86_400)), isLeader: true),
            owner: "homelab",
            state: state,
            since: ago(.seconds(3600)),
            isInSync: state == .inSync,
            message: message,
            authentik: AuthentikStatus(
                url: "https://sso.example.net",
                release: "2025.12.4",
                isReachable: true,
                since: ago(.seconds(2 * 86_400)),
                error: nil,
                isAuditLogWatched: true
            ),
            file: FileStatus(
                paths: ["/etc/reconcile/homelab.yaml"],
                hash: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                loadedAt: ago(.seconds(7200)),
                isValid: true,
                problems: []
            ),
            passes: PassesStatus(
                lastAttempt: pass(412, state == .inSync ? .converged : .incomplete, ended: .seconds(38)),
                lastSuccess: pass(412, state == .inSync ? .converged : .incomplete, ended: .seconds(38)),
                next: NextPass(at: now.advanced(by: .seconds(262)), reason: .interval),
                failuresInARow: 0
            ),
            totals: TotalsStatus(
                services: services.count,
                states: states,
                contested: services.filter { $0.contest != nil }.count
            ),
            services: services.sorted { $0.slug < $1.slug }
        )
        fill(&document)
        return document
    }

    var inSync: StatusDocument {
        document(.inSync, "all 7 services are in sync", homelab)
    }

    /// Something of everything.
    var outOfSync: StatusDocument {
        let troubled = [drifted, failed, conflict, blocked, held, pending, orphan]
        return document(.outOfSync, "6 of 14 services out of sync", homelab + troubled) { document in
            document.heldDeletions = HeldDeletionsRecord(HeldDeletions(deletions: 5, limit: 3, isFileEmpty: false))
        }
    }

    /// Nothing but deletions that are held back.
    var withHeldDeletions: StatusDocument {
        document(.outOfSync, "the deletion limit holds 5 deletions back", homelab + [held]) { document in
            document.heldDeletions = HeldDeletionsRecord(HeldDeletions(deletions: 5, limit: 3, isFileEmpty: false))
        }
    }

    /// One of two replicas; the other one leads.
    var standby: StatusDocument {
        let services = homelab.map { service($0.slug, $0.name, .pending, "not looked at yet") }
        return document(.standby, "reconcile-7d9-x_4f2 leads; this replica stands by", services) { document in
            document.program.isLeader = false
            var leadership = LeadershipStatus(
                lease: "authentik/reconcile",
                identity: "reconcile-7d9-y_8c1",
                since: ago(.seconds(3600))
            )
            leadership.holder = "reconcile-7d9-x_4f2"
            document.program.leadership = leadership
            document.authentik = AuthentikStatus(url: "https://sso.example.net")
            document.passes = PassesStatus(failuresInARow: 0)
        }
    }

    var starting: StatusDocument {
        let services = homelab.map { service($0.slug, $0.name, .pending, "not looked at yet") }
        return document(.starting, "no pass has ended yet", services) { document in
            document.program.startedAt = ago(.seconds(2))
            document.authentik = AuthentikStatus(url: "https://sso.example.net")
            document.passes = PassesStatus(
                running: RunningPass(number: 1, startedAt: ago(.seconds(1)), triggers: [.start]),
                failuresInARow: 0
            )
        }
    }

    var refused: StatusDocument {
        let error = "Authentik refuses the token (403 to GET /api/v3/core/applications/): Token invalid/expired"
        return document(.refused, error, homelab) { document in
            document.authentik.error = error
            document.passes = failing(error, times: 1)
        }
    }

    var unreachable: StatusDocument {
        let message = "Authentik cannot be reached; services are as they were when it last could"
        return document(.unreachable, message, homelab + [blocked]) { document in
            document.authentik.isReachable = false
            document.authentik.since = ago(.seconds(754))
            document.authentik.error = "could not connect to sso.example.net:443: connection refused"
            document.passes = failing("could not connect to sso.example.net:443: connection refused", times: 6)
        }
    }

    var invalidFile: StatusDocument {
        document(.invalidFile, "the file has 2 mistakes; the last good one is in force", homelab) { document in
            document.file.isValid = false
            document.file.problems = [
                FileStatus.Problem(
                    severity: "error",
                    file: "/etc/reconcile/homelab.yaml",
                    line: 14,
                    column: 7,
                    message: "service 'grafana': unknown field 'redirectpath'",
                    hint: "did you mean 'redirectPath'?"
                ),
                FileStatus.Problem(severity: "error", file: "/etc/reconcile/homelab.yaml", message: "no owner"),
                FileStatus.Problem(
                    severity: "warning",
                    file: "/etc/reconcile/homelab.yaml",
                    line: 31,
                    column: 11,
                    message: "port is text, and should be a number",
                    hint: "write 8444"
                ),
            ]
        }
    }

    /// A text that wants to be more than text, wherever there is one.
    func hostile(_ text: String, _ state: OverallState = .outOfSync) -> StatusDocument {
        let services = SyncState.allCases.map { hostileService("\(text)\($0.rawValue)", text, $0) }
        return document(state, text, services) { document in
            document.program.version = text
            document.program.isLeader = false
            document.owner = text
            document.authentik.url = text
            document.authentik.release = text
            document.authentik.error = "\(text)!"
            document.file.paths = [text, text]
            document.file.hash = text
            document.file.isValid = false
            document.file.problems = [
                FileStatus.Problem(severity: text, file: text, line: 1, column: 1, message: text, hint: text)
            ]
            document.passes = failing("\(text)?", times: 3)
            var heldDeletions = HeldDeletionsRecord(HeldDeletions(deletions: 5, limit: 3, isFileEmpty: false))
            heldDeletions.message = text
            document.heldDeletions = heldDeletions
        }
    }

    func many(_ number: Int) -> StatusDocument {
        let services = (0..<number).map { index -> ServiceStatus in
            let slug = "service-\(1000 + index)"
            return switch index % 97 {
            case 13: renamed(failed, slug)
            case 31: renamed(drifted, slug)
            case 59: renamed(blocked, slug)
            default: service(slug, "Service \(1000 + index)", .inSync, "as declared")
            }
        }
        let troubled = services.filter { $0.state != .inSync }.count
        return document(.outOfSync, "\(troubled) of \(number) services out of sync", services)
    }

    // Of services.

    var homelab: [ServiceStatus] {
        var argocd = service("argocd", "Argo CD", .inSync, "as declared")
        argocd.notes = ["its secret is not compared"]
        var grafana = service("grafana", "Grafana", .inSync, "as declared")
        grafana.lastDrift = LastDrift(
            at: ago(.seconds(185)),
            pass: 411,
            reason: "redirectURIs differs",
            changes: [redirectURIs],
            by: DriftAuthor(username: "akadmin", at: ago(.seconds(189)))
        )
        grafana.lastChange = LastChange(
            at: ago(.seconds(184)),
            pass: 411,
            decision: "update",
            reason: "redirectURIs differ",
            fields: ["provider.redirect_uris"]
        )
        return [
            argocd, grafana, service("homelab-docs", "Homelab Docs", .inSync, "as declared"),
            service("infisical", "Infisical", .inSync, "as declared"),
            service("launchfast", "LaunchFast", .inSync, "as declared"),
            service("rybbit", "Rybbit", .inSync, "as declared"), service("trivy", nil, .inSync, "as declared"),
        ]
    }

    /// In a contest.
    var drifted: ServiceStatus {
        var service = service("nextcloud", "Nextcloud", .drifted, "somebody keeps changing redirect_uris back")
        service.differences = [redirectURIs]
        service.lastDrift = LastDrift(
            at: ago(.seconds(65)),
            pass: 410,
            reason: "redirectURIs differs",
            changes: [redirectURIs],
            by: DriftAuthor(username: "terraform", at: ago(.seconds(70)))
        )
        service.lastChange = LastChange(
            at: ago(.seconds(400)),
            pass: 405,
            decision: "update",
            reason: "redirectURIs differ",
            fields: ["provider.redirect_uris"]
        )
        service.contest = ContestStatus(
            fields: ["provider.redirect_uris"],
            corrections: 6,
            since: ago(.seconds(2400)),
            nextCorrectionAt: now.advanced(by: .seconds(840))
        )
        return service
    }

    var failed: ServiceStatus {
        var service = service("vaultwarden", "Vaultwarden", .failed, "Authentik rejects it (400)")
        service.error = ErrorDocument(ServiceFailure("Authentik rejects it (400 to PATCH /api/v3/providers/oauth2/7/)"))
        service.error?.fields = [ErrorDocument.Field(field: "access_token_validity", message: "minutes is not valid")]
        service.error?.requestID = "5d4f8f0e1c3b4a55"
        service.differences = [
            ChangeRecord(
                FieldChange(
                    object: .provider,
                    field: "access_token_validity",
                    before: .duration("minutes=5"),
                    after: .duration("minutes=x")
                )
            ),
            ChangeRecord(
                FieldChange(
                    object: .provider,
                    field: "client_secret",
                    before: .unresolvedSecret,
                    after: .unresolvedSecret
                )
            ),
            ChangeRecord(
                FieldChange(
                    object: .application,
                    field: "meta_description",
                    before: FieldValue.none,
                    after: .text("Passwords")
                )
            ),
        ]
        return service
    }

    var conflict: ServiceStatus {
        var service = service("billing", "Billing", .conflict, "it is marked as the owner 'finance''s")
        service.differences = [
            ChangeRecord(
                FieldChange(object: .application, field: "name", before: .text("Invoices"), after: .text("Billing"))
            )
        ]
        return service
    }

    var blocked: ServiceStatus {
        var service = service("paperless", "Paperless", .blocked, "the secret (env PAPERLESS_SECRET) is not set")
        service.conditions.insert(
            ConditionStatus(
                type: .secretResolved,
                status: .no,
                reason: "SecretMissing",
                message: "the environment variable PAPERLESS_SECRET is not set",
                lastTransitionTime: ago(.seconds(5400))
            ),
            at: 0
        )
        service.differences = [
            ChangeRecord(
                FieldChange(object: .application, field: "name", before: nil, after: .text("Paperless"))
            ),
            ChangeRecord(
                FieldChange(
                    object: .provider,
                    field: "redirect_uris",
                    before: nil,
                    after: .words(["strict https://paperless.example.net/accounts/oidc/authentik/login/callback/"])
                )
            ),
        ]
        return service
    }

    var held: ServiceStatus {
        var service = service("old-wiki", nil, .held, "declared absent; the deletion limit holds its deletion back")
        var deletion = Deletion(application: "old-wiki", providers: ["old-wiki"])
        deletion.isHeld = true
        service.deletion = DeletionRecord(deletion)
        return service
    }

    /// Those are gone whom its file names.
    var closed: ServiceStatus {
        let complaint = "the group 'admins' is gone"
        var service = service("vault", "Vault", .failed, "closed to everybody: \(complaint)")
        service.error = ErrorDocument(ServiceFailure("closed to everybody: \(complaint)"))
        service.access = AccessRecord(AccessStanding(.closed))
        service.access?.complaint = complaint
        service.conditions.insert(
            ConditionStatus(
                type: .access,
                status: .no,
                reason: "Closed",
                message: complaint,
                lastTransitionTime: ago(.seconds(1260))
            ),
            at: 0
        )
        return service
    }

    /// Without a binding, and the file does not say who may open it.
    var exposed: ServiceStatus {
        var service = service("homepage", "Homepage", .inSync, "as declared")
        service.access = AccessRecord(AccessStanding(.unmanaged))
        service.access?.isExposed = true
        service.conditions.insert(
            ConditionStatus(
                type: .exposed,
                status: .yes,
                reason: "NoBinding",
                message: "nothing is bound to it, so everybody may open it",
                lastTransitionTime: ago(.seconds(1260))
            ),
            at: 0
        )
        return service
    }

    /// As declared, behind an outpost that does not run.
    var unserved: ServiceStatus {
        let complaint = "the outpost 'edge' was last seen at 2026-11-24T11:00:00.000Z"
        var service = service("trivy", "Trivy", .inSync, "as declared")
        service.serving = ServingRecord(
            ServingStanding(.outpostNotSeen, outpost: "edge", lastSeen: ago(.seconds(7200)), complaint: complaint)
        )
        service.conditions.insert(
            ConditionStatus(
                type: .served,
                status: .no,
                reason: "OutpostNotSeen",
                message: complaint,
                lastTransitionTime: ago(.seconds(1260))
            ),
            at: 0
        )
        return service
    }

    /// As declared, and behind an outpost that runs.
    var served: ServiceStatus {
        var service = service("whoami", nil, .inSync, "as declared")
        service.serving = ServingRecord(ServingStanding(.served, outpost: "edge", lastSeen: ago(.seconds(10))))
        return service
    }

    /// Open to whom its file names, and to others whom somebody else bound.
    var restricted: ServiceStatus {
        var service = service("wiki", "Wiki", .inSync, "as declared")
        service.access = AccessRecord(AccessStanding(.restricted))
        service.access?.subjects = ["group 'admins'", "user 'bob'"]
        service.access?.others = ["group 'guests'"]
        service.notes = ["bound by others, which also let people in: group 'guests'; left alone"]
        return service
    }

    /// Bound by others; its file does not say who may open it.
    var unmanaged: ServiceStatus {
        var service = service("www", nil, .inSync, "as declared")
        service.access = AccessRecord(AccessStanding(.unmanaged))
        service.access?.others = ["group 'guests'"]
        service.access?.expiring = ["user 'eve'"]
        return service
    }

    var pending: ServiceStatus { service("seafile", "Seafile", .pending, "not looked at yet") }

    var orphan: ServiceStatus {
        var service = service(
            "gitea",
            nil,
            .orphan,
            "no longer in the file; declare it again to keep it, or set 'prune: true' to delete it"
        )
        service.location = nil
        return service
    }

    /// Everything that it can have.
    func hostileService(_ slug: String, _ text: String, _ state: SyncState) -> ServiceStatus {
        var service = service(slug, text, state, text)
        service.location = state == .orphan ? nil : text
        for index in service.conditions.indices {
            service.conditions[index].reason = text
            service.conditions[index].message = text
        }
        var change = redirectURIs
        change.object = text
        change.field = text
        change.before = [text, "kept\(text)"]
        change.after = ["after\(text)", "kept\(text)"]
        service.differences = [change]
        service.deletion = DeletionRecord(Deletion(application: text, providers: [text]))
        service.error = ErrorDocument(ServiceFailure(text))
        service.error?.fields = [ErrorDocument.Field(field: text, message: text)]
        service.error?.requestID = text
        service.notes = [text]
        service.access = AccessRecord(AccessStanding(.unmanaged))
        service.access?.others = [text]
        service.access?.expiring = [text]
        service.deletion?.bindings = [text]
        service.lastChange = LastChange(at: now, pass: 1, decision: text, reason: text, fields: [text])
        service.lastDrift = LastDrift(
            at: now,
            pass: 1,
            reason: text,
            changes: [change],
            by: DriftAuthor(username: text, at: now)
        )
        service.contest = ContestStatus(fields: [text], corrections: 3, since: now, nextCorrectionAt: now)
        return service
    }

    func service(_ slug: String, _ name: String?, _ state: SyncState, _ reason: String) -> ServiceStatus {
        let status: ConditionStatus.Status =
            switch state {
            case .inSync: .yes
            case .pending: .unknown
            default: .no
            }
        let word = state == .inSync ? "InSync" : state.rawValue.prefix(1).uppercased() + state.rawValue.dropFirst()
        return ServiceStatus(
            slug: slug,
            name: name,
            location: "homelab.yaml:14:5",
            state: state,
            reason: reason,
            conditions: [
                ConditionStatus(
                    type: .synced,
                    status: status,
                    reason: word,
                    message: reason,
                    lastTransitionTime: ago(.seconds(state == .inSync ? 180 : 1260))
                )
            ],
            differences: [],
            notes: []
        )
    }

    private func renamed(_ service: ServiceStatus, _ slug: String) -> ServiceStatus {
        var service = service
        service.slug = slug
        return service
    }

    private var redirectURIs: ChangeRecord {
        ChangeRecord(
            FieldChange(
                object: .provider,
                field: "redirect_uris",
                before: .words(["strict https://wrong.example.net/callback", "strict https://app.example.net/login"]),
                after: .words(["strict https://app.example.net/oauth/callback", "strict https://app.example.net/login"])
            )
        )
    }

    private func failing(_ error: String, times: Int) -> PassesStatus {
        var failed = pass(412, .failed, ended: .seconds(21))
        failed.error = error
        return PassesStatus(
            lastAttempt: failed,
            lastSuccess: pass(412 - times, .converged, ended: .seconds(760)),
            next: NextPass(at: now.advanced(by: .seconds(42)), reason: .retry),
            failuresInARow: times
        )
    }

    private func pass(_ number: Int, _ result: PassResult, ended: Duration) -> FinishedPass {
        FinishedPass(
            number: number,
            startedAt: ago(ended + .milliseconds(312)),
            finishedAt: ago(ended),
            durationSeconds: 0.312,
            triggers: [.interval],
            result: result,
            requests: RequestsDocument(reads: 9, writes: 0),
            changed: 0
        )
    }
}
