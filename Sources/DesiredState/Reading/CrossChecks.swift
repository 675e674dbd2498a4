import Kinds
internal import YAMLDocument

/// Finds services, in one file or several, that cannot be there together.
struct CrossChecks {
    /// In the order of the files.
    let files: [DecodedFile]

    func report() {
        reportDisagreement("owner", \.owner)
        reportDisagreement("prune", \.prune)
        reportDisagreement("maxDeletions", \.maxDeletions)
        reportDisagreement("publicURL", \.publicURL)
        let services = withoutRepeatedSlugs()
        let hint = "Authentik has each only once"
        _ = unique(services, .providerName, "provider name", hint: hint) { $0.service.login?.name }
        _ = unique(services, .clientID, "client id", hint: hint) { $0.service.provider?.clientID }
        reportNames(services)
        reportRedirects(services)
        reportHosts(services)
        reportOrigins(services)
        reportFederation(services)
        reportRenames(services)
        reportScopeMappings()
        let apart = "give each service an object of its own"
        _ = unique(services, .publish, "published object", hint: apart) { service in
            service.service.provider?.publication?.object.description
        }
    }

    /// What holds for all files together must not be another in one of them; a file may leave it out.
    private func reportDisagreement<Value: Equatable>(_ name: String, _ field: (DecodedFile) -> Located<Value>?) {
        let values = files.compactMap { file in field(file).map { (file.log, $0) } }
        guard let (firstLog, first) = values.first else { return }
        for (log, value) in values.dropFirst() where value.value != first.value {
            let hint = "it is '\(first.value)' at \(firstLog.location(first.position))"
            log.error("\(name) is '\(value.value)' here and another elsewhere", hint: hint, at: value.position)
        }
    }

    /// What several files say of one scope mapping has to be the same.
    private func reportScopeMappings() {
        var firsts: [SharedName: DeclaredScopeMapping] = [:]
        for file in files {
            for mapping in file.scopeMappings {
                let name = SharedName(.scopeMapping, mapping.name)
                guard let first = firsts[name] else {
                    firsts[name] = mapping
                    continue
                }
                guard !mapping.declares(sameAs: first) else { continue }
                file.log.error(
                    "the \(name.title) is declared differently in another file",
                    hint: "it is at \(first.location); take one out",
                    at: YAMLPosition(line: mapping.location.line, column: mapping.location.column)
                )
            }
        }
    }

    /// A former slug is nobody else's, neither now nor before.
    private func reportRenames(_ services: [DecodedService]) {
        guard services.contains(where: { !$0.service.renamedFrom.isEmpty }) else { return }
        let declared = Dictionary(services.map { ($0.service.slug, $0) }, uniquingKeysWith: { first, _ in first })
        var claimed: [String: DecodedService] = [:]
        for service in services {
            for former in service.service.renamedFrom where former != service.service.slug {
                let position = service.location(of: .renamedFrom).position
                if let other = declared[former] {
                    let hint = "it is at \(other.location(of: .slug).text); take one of the two out"
                    service.log.error("'\(former)' in renamedFrom is a service itself", hint: hint, at: position)
                } else if let other = claimed.updateValue(service, forKey: former) {
                    let hint = "the other is at \(other.location(of: .renamedFrom).text)"
                    service.log.error("'\(former)' is in renamedFrom of two services", hint: hint, at: position)
                }
            }
        }
    }

    /// The services whose slug is their own; the others would only repeat the same mistake further on.
    private func withoutRepeatedSlugs() -> [DecodedService] {
        unique(files.flatMap(\.services), .slug, "slug", hint: nil) { $0.service.slug }
    }

    /// The first service for each key, or with none; each further one is an error that names both places.
    private func unique(
        _ services: [DecodedService],
        _ field: FieldName,
        _ label: String,
        hint: String?,
        key: (DecodedService) -> String?
    ) -> [DecodedService] {
        var firsts: [String: DecodedService] = [:]
        return services.filter { service in
            guard let key = key(service) else { return true }
            guard let first = firsts[key] else {
                firsts[key] = service
                return true
            }
            let place = "it is taken at \(first.location(of: field).text)"
            service.log.error(
                "duplicate \(label) \(YAMLProblem.quote(key))",
                hint: hint.map { "\(place); \($0)" } ?? place,
                at: service.location(of: field).position
            )
            return false
        }
    }

    private func reportNames(_ services: [DecodedService]) {
        var firsts: [String: DecodedService] = [:]
        for service in services {
            guard let name = service.service.name else { continue }
            if let first = firsts[name] {
                service.log.warning(
                    "services '\(first.service.slug)' and '\(service.service.slug)' have the same name",
                    hint: "people cannot tell them apart; the other is at \(first.location(of: .name).text)",
                    at: service.location(of: .name).position
                )
            } else {
                firsts[name] = service
            }
        }
    }

    /// Only an OAuth2 provider gives tokens that another one can take.
    private func reportFederation(_ services: [DecodedService]) {
        let field = OAuth2Provider.Row.federatedProviders
        let federated = services.filter { $0.service.provider?.values[field] != nil }
        guard !federated.isEmpty else { return }
        let declared = Dictionary(services.map { ($0.service.slug, $0) }, uniquingKeysWith: { first, _ in first })
        for service in federated {
            for reference in service.service.provider?.values[field]?.references ?? [] {
                guard let other = declared[reference.name]?.service, other.provider == nil || other.state == .absent
                else { continue }
                let what =
                    other.state == .absent
                    ? "is to be absent" : other.forwardAuth == nil ? "is a bookmark" : "has forwardAuth"
                service.log.error(
                    "jwtFederation of service '\(service.service.slug)' names '\(other.slug)', which \(what)",
                    hint: "name services with an OAuth2 provider only",
                    at: service.location(of: .jwtFederation).position
                )
            }
        }
    }

    /// An outpost tells services apart by host and port alone: of two with one address it would guard both as the last one
    /// says.
    private func reportHosts(_ services: [DecodedService]) {
        var firsts: [String: DecodedService] = [:]
        for service in services {
            guard let host = service.service.forwardAuth?.externalHost else { continue }
            guard let first = firsts[host] else {
                firsts[host] = service
                continue
            }
            let field = [FieldName.port, .host, .forwardAuth].first { service.positions[$0] != nil } ?? .slug
            service.log.error(
                "services '\(first.service.slug)' and '\(service.service.slug)' have the same address, \(host), and an outpost "
                    + "tells services apart by it",
                hint: "give each a host or a port of its own; with 'forwardAuth: null' one stays a bookmark",
                at: service.location(of: field).position
            )
        }
    }

    /// Two tiles that open one address: one of the two has the port of the other, or no launch URL of its own.
    ///
    /// What is an error already is not reported again: two outposts' services, two clients with one redirect URI.
    private func reportOrigins(_ services: [DecodedService]) {
        var firsts: [String: DecodedService] = [:]
        for service in services {
            guard let origin = service.origin?.text, service.service.launchURL == origin else { continue }
            guard let first = firsts[origin] else {
                firsts[origin] = service
                continue
            }
            let isBehindOutpost = first.service.forwardAuth != nil && service.service.forwardAuth != nil
            guard !isBehindOutpost, !first.hasRedirectURI(of: service) else { continue }
            let field = [FieldName.port, .host].first { service.positions[$0] != nil } ?? .slug
            service.log.warning(
                "services '\(first.service.slug)' and '\(service.service.slug)' have the same address, \(origin)",
                hint:
                    "give each a port, host or launchURL of its own; the other is at \(first.location(of: .slug).text)",
                at: service.location(of: field).position
            )
        }
    }

    /// Two clients at one origin with one redirect URI: one of the two is a mistake of copying.
    private func reportRedirects(_ services: [DecodedService]) {
        struct Key: Hashable {
            var origin: Origin
            var uri: RedirectURI
        }
        var firsts: [Key: DecodedService] = [:]
        for service in services {
            guard let origin = service.origin, let provider = service.service.provider else { continue }
            let keys = provider.redirectURIs.map { Key(origin: origin, uri: $0) }
            if let first = keys.lazy.compactMap({ firsts[$0] }).first {
                let label = "services '\(first.service.slug)' and '\(service.service.slug)'"
                service.log.error(
                    "\(label) have the same host, port and redirect URI",
                    hint: "the other is at \(first.location(of: .port).text)",
                    at: service.location(of: .port).position
                )
            } else {
                for key in keys { firsts[key] = service }
            }
        }
    }
}

extension DecodedService {
    /// Whether both are clients to which logins return at one address.
    fileprivate func hasRedirectURI(of other: DecodedService) -> Bool {
        let uris = Set(service.provider?.redirectURIs ?? [])
        return other.service.provider?.redirectURIs.contains { uris.contains($0) } ?? false
    }
}
