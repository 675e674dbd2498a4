import Kinds
internal import YAMLDocument

/// Makes the provider of an OIDC service of its fields.
struct ProviderBuilder {
    let slug: String
    /// How messages call the service: `service 'grafana'`.
    let label: String
    let begin: YAMLPosition
    let values: ReadFields
    /// Of the service, or else of the file.
    let scheme: String
    let log: DiagnosticLog

    /// - Parameter origin: What the redirect paths are appended to; nil without paths, or after an error.
    func build(at origin: Origin?) -> Provider {
        var provider = Provider(slug: slug, redirectURIs: redirectURIs(at: origin))
        values.declare(OAuth2Provider.fields, in: &provider.values)
        provider.places = values.places(OAuth2Provider.fields, log: log)
        provider.secret = secret(for: provider.clientType)
        provider.restart = restart(for: provider)
        provider.publication = values.publication(.publish)
        provider.redirectExample = values.redirectURIs(.redirectURIs)?.lazy.compactMap(\.value.example).first
        return provider
    }

    /// The union of all three fields, in their order and without repetitions.
    private func redirectURIs(at origin: Origin?) -> [RedirectURI] {
        var given: [Located<RedirectURI>] = []
        if let origin {
            var paths = values.texts(.redirectPaths) ?? []
            if let path = values.text(.redirectPath), let entry = values[.redirectPath] {
                paths.insert(Located(value: path, position: entry.position), at: 0)
            }
            given = paths.map { Located(value: RedirectURI(origin.text + $0.value), position: $0.position) }
        }
        given += values.redirectURIs(.redirectURIs) ?? []
        given.forEach(checkScheme)
        var seen: Set<RedirectURI> = []
        return given.compactMap { uri in
            if seen.insert(uri.value).inserted { return uri.value }
            log.warning("\(label) has the same redirect URI twice", hint: "take one out", at: uri.position)
            return nil
        }
    }

    /// Warns of a login that returns unencrypted to a service that is reached by https.
    private func checkScheme(of uri: Located<RedirectURI>) {
        guard scheme == "https", uri.value.matching == .strict, uri.value.isPlainHTTP, !uri.value.isOnThisMachine else {
            return
        }
        let hint = "write it with https://, or set 'scheme: http' for a service without TLS"
        log.warning("\(label) is reached by https and has a redirect URI with http", hint: hint, at: uri.position)
    }

    private func secret(for type: ClientType) -> SecretReference? {
        guard type == .confidential else {
            if let entry = values[.secretRef], !entry.isDefault, values.secret(.secretRef) != nil {
                let hint = "leave it out; a public client keeps no secret"
                let message = "secretRef is ignored, since \(label) is a public client"
                log.warning(message, hint: hint, at: entry.keyPosition)
            }
            return nil
        }
        if values[.secretRef] == nil && !values.isInvalid(.clientType) {
            let hint = "add 'secretRef: {env: NAME}', or 'clientType: public' for a client that keeps no secret"
            log.error("\(label) has no secretRef", hint: hint, at: begin)
        }
        return values.secret(.secretRef)
    }

    private func restart(for provider: Provider) -> Workload? {
        guard let reference = values.workload(.restart) else { return nil }
        guard case .kubernetes(let namespace, _, _)? = provider.secret else {
            checkRestart(of: provider)
            return nil
        }
        return Workload(reference.kind, namespace: reference.namespace ?? namespace, name: reference.name)
    }

    /// Says why there is nothing to restart for.
    private func checkRestart(of provider: Provider) {
        let position = values[.restart]?.keyPosition
        if provider.clientType == .public {
            let hint = "leave it out; a public client keeps no secret"
            log.error("restart is for clients with a secret, and \(label) is a public one", hint: hint, at: position)
        } else if provider.secret != nil {
            let hint = "use 'secretRef: {kubernetes: {…}}': only a Secret there has a version that tells a rotation"
            log.error("restart of \(label) needs its secret to be in Kubernetes", hint: hint, at: position)
        }
    }
}

extension RedirectURI {
    fileprivate var isPlainHTTP: Bool { url.lowercased().hasPrefix("http://") }

    /// Whether it is a program's own, on the machine of whoever logs in (RFC 8252, section 7.3).
    fileprivate var isOnThisMachine: Bool {
        let host = url.lowercased().dropFirst("http://".count).prefix { !"/?#".contains($0) }
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return name == "localhost" || name == "[::1]" || name.hasPrefix("127.") || name.hasSuffix(".localhost")
    }
}
