import Kinds
internal import YAMLDocument

/// Builds the provider of an OIDC service from the service's fields.
struct ProviderBuilder {
    let slug: String
    let begin: YAMLPosition
    let values: ReadFields
    /// The scheme of the service, or else of the file.
    let scheme: String
    /// Its messages name the service.
    let log: DiagnosticLog

    /// - Parameter origin: Redirect paths are appended to it; nil without paths, or after an error.
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

    /// The URIs of all three redirect fields, in their order and without duplicates.
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
            log.warning("the same redirect URI is listed twice", hint: "remove one", at: uri.position)
            return nil
        }
    }

    /// Warns about a redirect URI with http in a service that uses https.
    private func checkScheme(of uri: Located<RedirectURI>) {
        guard scheme == "https", uri.value.matching == .strict, uri.value.isPlainHTTP, !uri.value.isOnThisMachine else {
            return
        }
        let hint = "write it with https://, or set 'scheme: http' for a service without TLS"
        log.warning("a redirect URI uses http, but the service uses https", hint: hint, at: uri.position)
    }

    private func secret(for type: ClientType) -> SecretReference? {
        guard type == .confidential else {
            if let entry = values[.secretRef], !entry.isDefault, values.secret(.secretRef) != nil {
                let hint = "remove it; a public client has no secret"
                log.warning("secretRef is ignored for a public client", hint: hint, at: entry.keyPosition)
            }
            return nil
        }
        if values[.secretRef] == nil && !values.isInvalid(.clientType) {
            let hint = "add 'secretRef: {env: NAME}', or 'clientType: public' for a client without a secret"
            log.error("secretRef is missing", hint: hint, at: begin)
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

    /// Reports why `restart` has no effect.
    private func checkRestart(of provider: Provider) {
        let position = values[.restart]?.keyPosition
        if provider.clientType == .public {
            let hint = "remove it; a public client has no secret"
            log.error("restart needs a client secret, but this is a public client", hint: hint, at: position)
        } else if provider.secret != nil {
            let hint =
                "use 'secretRef: {kubernetes: {…}}'; only a Kubernetes Secret has a version that shows a rotation"
            log.error("restart needs the client secret to be in a Kubernetes Secret", hint: hint, at: position)
        }
    }
}

extension RedirectURI {
    fileprivate var isPlainHTTP: Bool { url.lowercased().hasPrefix("http://") }

    /// Whether it leads to a program on the user's own machine (RFC 8252, section 7.3).
    fileprivate var isOnThisMachine: Bool {
        let host = url.lowercased().dropFirst("http://".count).prefix { !"/?#".contains($0) }
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return name == "localhost" || name == "[::1]" || name.hasPrefix("127.") || name.hasSuffix(".localhost")
    }
}
