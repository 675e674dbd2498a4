import Kinds
internal import YAMLDocument

/// Finds contradictions between services, in one file or several.
struct CrossChecks {
    /// In the order of the files.
    let files: [DecodedFile]

    func report() {
        reportDisagreement("owner", \.owner)
        reportDisagreement("prune", \.prune)
        reportDisagreement("maxDeletions", \.maxDeletions)
        reportDisagreement("publicURL", \.publicURL)
        let services = withoutRepeatedSlugs()
        let hint = "names and ids are unique in Authentik"
        _ = unique(services, .providerName, "provider name", hint: hint) { $0.service.login?.name }
        _ = unique(services, .clientID, "client id", hint: hint) { $0.service.provider?.clientID }
        reportNames(services)
        reportRedirects(services)
        reportHosts(services)
        reportOrigins(services)
        reportFederation(services)
        reportRenames(services)
        reportScopeMappings()
        let apart = "publish each service to an object of its own"
        _ = unique(services, .publish, "published object", hint: apart) { service in
            service.service.provider?.publication?.object.description
        }
    }

    /// Settings of the whole state must be the same in every file that has them.
    private func reportDisagreement<Value: Equatable>(_ name: String, _ field: (DecodedFile) -> Located<Value>?) {
        let values = files.compactMap { file in field(file).map { (file.log, $0) } }
        guard let (firstLog, first) = values.first else { return }
        for (log, value) in values.dropFirst() where value.value != first.value {
            let hint = "it is '\(first.value)' at \(firstLog.location(first.position)); use one value in all files"
            log.error("\(name) is '\(value.value)' here, but not in another file", hint: hint, at: value.position)
        }
    }

    /// Several files may declare a scope mapping only in the same way.
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
                file.log.about(name.title).error(
                    "declared differently in another file",
                    hint: "the other is at \(first.location); remove one",
                    at: YAMLPosition(line: mapping.location.line, column: mapping.location.column)
                )
            }
        }
    }

    /// A former slug must not be the slug or a former slug of another service.
    private func reportRenames(_ services: [DecodedService]) {
        guard services.contains(where: { !$0.service.renamedFrom.isEmpty }) else { return }
        let declared = Dictionary(services.map { ($0.service.slug, $0) }, uniquingKeysWith: { first, _ in first })
        var claimed: [String: DecodedService] = [:]
        for service in services {
            for former in service.service.renamedFrom where former != service.service.slug {
                let position = service.location(of: .renamedFrom).position
                if let other = declared[former] {
                    let hint = "it is at \(other.location(of: .slug).text); remove one of the two"
                    service.log.error(
                        "'\(former)' in renamedFrom is the slug of another service",
                        hint: hint,
                        at: position
                    )
                } else if let other = claimed.updateValue(service, forKey: former) {
                    let hint = "the other is at \(other.location(of: .renamedFrom).text)"
                    service.log.error("'\(former)' is in renamedFrom of another service too", hint: hint, at: position)
                }
            }
        }
    }

    /// The services without repeated slugs, which would only cause the same mistake again in later checks.
    private func withoutRepeatedSlugs() -> [DecodedService] {
        unique(files.flatMap(\.services), .slug, "slug", hint: nil) { $0.service.slug }
    }

    /// The first service for each key and those without a key; each further one is an error that names both places.
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
            let place = "first used at \(first.location(of: field).text)"
            service.log.error(
                "duplicate \(label)" + (field == .slug ? "" : " \(YAMLProblem.quote(key))"),
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
                    "has the same name as service '\(first.service.slug)'",
                    hint: "users cannot tell them apart; the other is at \(first.location(of: .name).text)",
                    at: service.location(of: .name).position
                )
            } else {
                firsts[name] = service
            }
        }
    }

    /// Only an OAuth2 provider issues tokens that another provider can accept.
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
                    ? "is declared absent" : other.forwardAuth == nil ? "is a bookmark" : "has forwardAuth"
                service.log.error(
                    "jwtFederation names '\(other.slug)', which \(what)",
                    hint: "list only services with an OAuth2 provider",
                    at: service.location(of: .jwtFederation).position
                )
            }
        }
    }

    /// An outpost distinguishes services by host and port only: two with one address would both get the login of the last.
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
                "has the same address as service '\(first.service.slug)', \(host), by which an outpost distinguishes them",
                hint: "give each a host or port of its own, or make one a bookmark with 'forwardAuth: null'",
                at: service.location(of: field).position
            )
        }
    }

    /// Warns about two tiles that open the same address.
    ///
    /// Pairs that are errors already are skipped: services of outposts, and clients with the same redirect URI.
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
                "has the same address as service '\(first.service.slug)', \(origin)",
                hint:
                    "give each a port, host or launchURL of its own; the other is at \(first.location(of: .slug).text)",
                at: service.location(of: field).position
            )
        }
    }

    /// Two clients with the same origin and redirect URI are a mistake made by copying.
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
                service.log.error(
                    "has the same host, port and redirect URI as service '\(first.service.slug)'",
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
    /// Whether both are clients with a redirect URI in common.
    fileprivate func hasRedirectURI(of other: DecodedService) -> Bool {
        let uris = Set(service.provider?.redirectURIs ?? [])
        return other.service.provider?.redirectURIs.contains { uris.contains($0) } ?? false
    }
}
