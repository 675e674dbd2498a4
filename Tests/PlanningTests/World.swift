import AuthentikAPI
import DesiredState
import JSON
import Kinds
import Planning
import Secrets

/// A small Authentik and a small file, to be bent by each case.
struct World {
    var observed = ObservedState(
        release: World.release("2025.12.4"),
        flows: [
            Flow(pk: "flow-implicit", slug: ProgramDefaults.authorizationFlow),
            Flow(pk: "flow-explicit", slug: "default-provider-authorization-explicit-consent"),
            Flow(pk: "flow-invalidation", slug: ProgramDefaults.invalidationFlow),
        ],
        keys: [CertificateKeyPair(pk: "key", name: ProgramDefaults.signingKey)],
        scopeMappings: ["openid", "email", "profile", "offline_access"].map {
            ScopeMapping(
                pk: "scope-\($0)",
                name: "OpenID '\($0)'",
                scopeName: $0,
                managed: "goauthentik.io/providers/oauth2/scope-\($0)"
            )
        }
    )
    var services: [Service]
    var owner = "homelab"
    var prune = false
    var maxDeletions: Int?
    var secrets: [SecretReference: SecretLook] = [
        .environment("GRAFANA"): .present(Secret("grafana-secret")),
        .environment("ARGOCD"): .present(Secret("argocd-secret")),
    ]

    /// With a declared service and nothing in Authentik.
    init(_ services: Service...) {
        self.services = services
    }

    var groups: [String] = []
    var scopeMappings: [DeclaredScopeMapping] = []

    var plan: Plan {
        Planner.plan(desired, secrets: secrets, observed: observed, address: "https://sso.example.net")
    }

    var desired: DesiredState {
        var desired = DesiredState(owner: owner, services: services.sorted { $0.slug < $1.slug })
        desired.prune = prune
        desired.maxDeletions = maxDeletions
        desired.groups = groups
        desired.scopeMappings = scopeMappings
        return desired
    }

    static func release(_ text: String) -> Release {
        guard let release = Release(text) else { preconditionFailure("no release: \(text)") }
        return release
    }
}

// MARK: - What is declared

extension Service {
    static func grafana() -> Service { client("grafana", port: 8444, path: "/login/generic_oauth", secret: "GRAFANA") }
    static func argocd() -> Service { client("argocd", port: 8443, path: "/auth/callback", secret: "ARGOCD") }

    static func client(_ slug: String, port: Int, path: String, secret: String) -> Service {
        var service = bookmark(slug, port: port)
        var provider = Provider(slug: slug, redirectURIs: [RedirectURI("https://host:\(port)\(path)")])
        provider.secret = .environment(secret)
        service.provider = provider
        return service
    }

    static func bookmark(_ slug: String, port: Int) -> Service {
        var service = Service(slug: slug, location: SourceLocation(file: "services.yaml", line: 1, column: 1))
        service.name = slug.capitalized
        service["group"] = .text("Apps")
        service.launchURL = "https://host:\(port)"
        return service
    }
}

extension String {
    fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}

// MARK: - What is there

extension World {
    /// Makes Authentik hold a service exactly as it is declared, marked as ours, with the given provider pk.
    mutating func converge(_ service: Service, providerPK pk: Int = 7) {
        var application = Application(pk: "app-\(service.slug)", slug: service.slug, name: service.name ?? service.slug)
        application["group"] = service["group"] ?? .text("")
        application.launchURL = service.launchURL ?? ""
        application["icon"] = service["icon"] ?? .text("")
        if let declared = service.provider {
            application.provider = pk
            application.providerSummary = .init(name: declared.name, typeName: "OAuth2/OpenID Provider")
            observed.providers.append(provider(declared, pk: pk, linkedTo: service.slug))
        }
        observed.applications.append(application)
        var mark = OwnershipMark(owner: owner, slug: service.slug)
        mark.applicationFields = ["group", "meta_launch_url"] + (service.name == nil ? [] : ["name"])
        if service.provider != nil {
            mark.provider = pk
            mark.providerFields = ["client_secret", "redirect_uris"]
        }
        set(mark, on: service.slug)
    }

    func provider(_ declared: Provider, pk: Int, linkedTo slug: String?) -> OAuth2Provider {
        var provider = OAuth2Provider(pk: pk, name: declared.name, clientID: declared.clientID)
        if case .environment(let name) = declared.secret, case .present(let secret, _) = secrets[.environment(name)] {
            provider.clientSecret = secret
        }
        provider.redirectURIs = declared.redirectURIs.map { .init(matchingMode: $0.matching.rawValue, url: $0.url) }
        provider["scopes"] = .references(pks: declared.scopes.reversed().map { "scope-\($0)" })
        provider["signingKey"] = .reference(pk: "key")
        provider["authorizationFlow"] = .reference(pk: "flow-implicit")
        provider["invalidationFlow"] = .reference(pk: "flow-invalidation")
        provider["accessTokenValidity"] = .duration("hours=1")
        provider.applicationSlug = slug
        return provider
    }

    mutating func set(_ mark: OwnershipMark, on slug: String) {
        set(attributes: mark.attributes, on: slug)
    }

    mutating func set(attributes: JSONValue, on slug: String) {
        removeMark(of: slug)
        observed.marks.append(
            ObservedMark(
                pk: "mark-\(slug)",
                application: "app-\(slug)",
                attributes: attributes
            )
        )
    }

    mutating func removeMark(of slug: String) {
        observed.marks.removeAll { $0.application == "app-\(slug)" }
    }

    mutating func removeApplication(_ slug: String) {
        removeMark(of: slug)
        observed.applications.removeAll { $0.slug == slug }
        changeProviders { if $0.applicationSlug == slug { $0.applicationSlug = nil } }
    }

    mutating func removeProvider(_ pk: Int) {
        observed.providers.removeAll { $0.pk == pk }
        changeApplications { if $0.provider == pk { ($0.provider, $0.providerSummary) = (nil, nil) } }
    }

    /// Links an application to a provider, or to none, as Authentik does: on both sides.
    mutating func link(_ slug: String, to pk: Int?) {
        changeProviders { if $0.applicationSlug == slug { $0.applicationSlug = nil } }
        changeProviders { if $0.pk == pk { $0.applicationSlug = slug } }
        let name = observed.providers.first { $0.pk == pk }?.name
        changeApplications {
            guard $0.slug == slug else { return }
            $0.provider = pk
            $0.providerSummary = pk == nil ? nil : .init(name: name, typeName: "OAuth2/OpenID Provider")
        }
    }

    mutating func changeApplications(_ change: (inout Application) -> Void) {
        for index in observed.applications.indices { change(&observed.applications[index]) }
    }

    mutating func changeProviders(_ change: (inout OAuth2Provider) -> Void) {
        for index in observed.providers.indices { change(&observed.providers[index]) }
    }
}

// MARK: - What is planned, in short

extension ServicePlan {
    var changedFields: [String] { changes.map { "\($0.object.rawValue).\($0.field)" } }
    /// Of the steps that a plan tells of.
    var writeSummaries: [String] {
        steps.filter { WriteRecord($0.effect) != nil }.map { $0.effect.summary(in: self) }
    }
}

extension Effect {
    /// In a few words: `patch provider 7: client_secret`.
    fileprivate func summary(in plan: ServicePlan) -> String {
        switch self {
        case .create(let objects) where objects.count > 1: "create both"
        case .create(let objects): objects.map { "create \($0.kind.id)\($0.link)" }.joined()
        case .update(let object, let fields):
            "patch \(object.kind.id) \(object.key): \(fields.names)\(fields.link)"
        case .delete(let object): "delete \(object.kind.id) \(object.key)"
        case .claim(let application, _): "claim \(application)"
        case .createMark(let application, let content, _):
            "mark \(application.existing ?? "created") provider \(content.mark.provider.map(String.init) ?? "-")"
        case .updateMark(let entitlement, let content):
            "change \(entitlement) provider \(content.mark.provider.map(String.init) ?? "-")"
                + (content.mark.rotation?.isPending == true ? " pending" : "")
        case .deleteMark(let entitlement): "delete mark \(entitlement)"
        case .serve(let membership):
            "\(membership.isServed ? "serve" : "withdraw") \(membership.provider.existing.map(String.init) ?? "created") by "
                + membership.name
        case .restart(let workload, let time): "restart \(workload) \(time.summary(in: plan))"
        case .publish(let content):
            "publish \(content.object): \(content.assignments.map(\.field).joined(separator: ", "))"
        }
    }
}

extension ObjectFields {
    fileprivate var names: String { assignments.map(\.field).joined(separator: ", ") }

    fileprivate var link: String {
        switch references.first?.object {
        case .existing(let pk): " link \(pk.integer.map(String.init) ?? "-")"
        case .made: " link created"
        case nil: ""
        }
    }
}

extension Ref<String> {
    /// The time of a restart.
    fileprivate func summary(in plan: ServicePlan) -> String {
        switch self {
        case .existing(let time): return "at \(time)"
        case .made(let maker):
            guard case .updateMark(_, let note) = plan.steps.first(where: { $0.id == maker })?.effect,
                case .now(let last) = note.restartTime
            else { return "never" }
            return last.map { "after \($0)" } ?? "now"
        }
    }
}
