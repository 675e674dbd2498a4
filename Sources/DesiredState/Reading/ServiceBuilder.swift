import Kinds
internal import YAMLDocument

/// Builds a service from its fields, and reports fields that contradict each other.
///
/// | the service has | it is | its origin is | its launch URL |
/// |---|---|---|---|
/// | `redirectPath`, `redirectPaths` | OIDC | needed | the origin |
/// | only `redirectURIs` | OIDC | with a `port` or `host` of its own | the origin; not managed without |
/// | `forwardAuth` | behind an outpost | needed | the origin |
/// | none of them | a bookmark | with a `port` or `host` of its own | the origin; an error without |
///
/// `forwardAuth` and the redirect fields exclude each other; if one of them is from `defaults`, the service's own wins. A
/// given `launchURL` is always the launch URL. An origin without a `port` has the scheme's default port.
struct ServiceBuilder {
    let slug: String
    let begin: YAMLPosition
    /// The service's own and those of `defaults`.
    let values: ReadFields
    let fileHost: ReadFields.Entry?
    let fileScheme: ReadFields.Entry?
    /// Its messages name the service.
    let log: DiagnosticLog

    private static let redirectFields: [FieldName] = [.redirectPath, .redirectPaths, .redirectURIs]

    private var isOIDC: Bool { !isForwardAuth && Self.redirectFields.contains { values[$0] != nil } }

    /// Whether an outpost logs users in; a redirect field of the service overrides a `forwardAuth` of `defaults`.
    private var isForwardAuth: Bool {
        guard let entry = values[.forwardAuth] else { return false }
        return !entry.isDefault || !Self.redirectFields.contains { values[$0].map { !$0.isDefault } ?? false }
    }

    func build() -> DecodedService {
        var service = Service(slug: slug, location: log.location(begin))
        service.state = values.word(.state) ?? .present
        service.adopt = values.word(.adopt) ?? .always
        service.renamedFrom = values.texts(.renamedFrom)?.map(\.value) ?? []
        if service.state == .absent { return absent(service) }
        checkRenames()
        values.declare(Application.fields, in: &service.values)
        service.slug = slug
        service.access = values.access(.access)
        service.verifies = values.flag(.verify) ?? true
        let origin = origin()
        service.launchURL = values.text(.launchURL) ?? origin?.text
        checkLaunchPort(origin)
        checkHidden()
        if isOIDC {
            let builder = ProviderBuilder(
                slug: slug,
                begin: begin,
                values: values,
                scheme: scheme,
                log: log
            )
            service.provider = builder.build(at: origin)
            service.loginURL = loginURL(at: origin)
            checkPublication(service)
        } else if isForwardAuth {
            service.login = forwardAuth(at: origin).map(Login.forwardAuth)
            checkForwardAuth()
        } else {
            checkBookmark(service)
        }
        return DecodedService(
            service: service,
            log: log,
            positions: values.entries.mapValues(\.position),
            origin: origin
        )
    }

    /// An absent service needs only its slug; its other fields may stay in the file.
    private func absent(_ service: Service) -> DecodedService {
        var service = service
        service.formerProviderNames = [FieldName.providerName, .clientID].compactMap { values.text($0) }
        return DecodedService(
            service: service,
            log: log,
            positions: values.entries.filter { $0.key == .slug }.mapValues(\.position),
            origin: nil
        )
    }

    /// - Returns: nil also after an error.
    private func loginURL(at origin: Origin?) -> String? {
        guard let text = values.text(.loginURL), text.hasPrefix("/") else { return values.text(.loginURL) }
        guard let origin else {
            let hint = "write the whole URL, or set a port or host"
            let message = "loginURL is a path, but the service has no port or host"
            log.error(message, hint: hint, at: values[.loginURL]?.position)
            return nil
        }
        return origin.text + text
    }

    /// - Returns: nil after an error.
    private func forwardAuth(at origin: Origin?) -> ForwardAuth? {
        guard let read = values.forwardAuth(.forwardAuth), let origin else { return nil }
        let outpost = read.values.text(.outpost) ?? Outpost.embedded
        // An outpost looks hosts up as browsers send them.
        var forwardAuth = ForwardAuth(slug: slug, externalHost: origin.text.lowercased(), outpost: outpost)
        if let domain = read.values.text(ProxyProvider.Row.cookieDomain.name), !origin.isWithin(domain) {
            let hint = "the login is valid only for hosts of that domain; use one that '\(origin.host)' belongs to"
            let message = "cookieDomain '\(domain)' in forwardAuth does not contain the service's host '\(origin.host)'"
            log.error(message, hint: hint, at: read.values[ProxyProvider.Row.cookieDomain.name]?.position)
        }
        forwardAuth.values[ProxyProvider.Row.name] = values.text(.providerName).map(FieldValue.text)
        if read.values[.mode] != nil { forwardAuth.values[ProxyProvider.Row.mode] = .text(read.mode.rawValue) }
        for row in ReadForwardAuth.plainRows {
            if let value = read.values.declared(row) { forwardAuth.values[row] = value }
        }
        if let attributes = read.values.basicAuth(.basicAuth) {
            forwardAuth.values[ProxyProvider.Row.basicAuth] = .flag(true)
            forwardAuth.values[ProxyProvider.Row.basicAuthUser] = .text(attributes.user)
            forwardAuth.values[ProxyProvider.Row.basicAuthPassword] = .text(attributes.password)
        }
        forwardAuth.places = read.values.places(ProxyProvider.fields, log: log)
        forwardAuth.places[.outpost, outpost] = read.values[.outpost].map { log.location($0.position) }
        return forwardAuth
    }

    /// Reports fields that do not apply to a service with `forwardAuth`.
    private func checkForwardAuth() {
        for field in Schema.service.fields where field.isForProvider && field.name != .providerName {
            guard let entry = values[field.name], !entry.isDefault, !entry.isGuess else { continue }
            let isRedirect = Self.redirectFields.contains(field.name)
            let isInside = Schema.forwardAuth[field.name] != nil
            let hint =
                isRedirect
                ? "a service with a login of its own needs no outpost; keep one of the two"
                : isInside ? "move it into forwardAuth" : "remove it"
            let message =
                "\(field.name.rawValue) is for services with a login of their own, but this one has forwardAuth"
            log.error(message, hint: hint, at: entry.keyPosition)
        }
    }

    private func checkHidden() {
        guard values.flag(.hidden) == false, values.text(.launchURL) == Application.noLaunchURL else { return }
        let hint = "remove one of the two"
        let message = "hidden is false, but the launchURL '\(Application.noLaunchURL)' hides the service"
        log.error(message, hint: hint, at: values[.hidden]?.position)
    }

    private func checkRenames() {
        for former in values.texts(.renamedFrom) ?? [] where former.value == slug {
            let hint = "list slugs that it had before"
            log.error("renamedFrom contains the service's own slug", hint: hint, at: former.position)
        }
    }

    /// The address of the service; nil if it has none of its own, or after an error.
    private func origin() -> Origin? {
        let pathField =
            [FieldName.redirectPath, .redirectPaths].first { values[$0] != nil } ?? (isForwardAuth ? .forwardAuth : nil)
        let ownField = [FieldName.port, .host].first { values[$0] != nil }
        guard let field = pathField ?? ownField else { return nil }
        let hostEntry = values[.host] ?? fileHost
        guard let hostEntry else {
            // With a launch URL of its own, a port is unused but not an error.
            if pathField != nil || values[.launchURL] == nil {
                let hint = "set 'host' in the service, in defaults or at the top of the file"
                log.error("\(field.rawValue) needs a host", hint: hint, at: values[field]?.position)
            }
            return nil
        }
        guard case .text(let host) = hostEntry.value, !values.isInvalid(.port) else { return nil }
        return Origin(scheme: scheme, host: host, port: values.number(.port))
    }

    /// The scheme of the service, or else of the file.
    private var scheme: String {
        if case .text(let given) = (values[.scheme] ?? fileScheme)?.value { given } else { "https" }
    }

    /// Authentik rejects URLs with a one-digit port, so such a service needs a launch URL of its own.
    private func checkLaunchPort(_ origin: Origin?) {
        guard values[.launchURL] == nil, let port = origin?.port, port < 10 else { return }
        let hint = "set a launchURL, or 'launchURL: blank://blank' for none"
        log.error("port \(port) makes a launch URL that Authentik rejects", hint: hint, at: values[.port]?.position)
    }

    private func checkBookmark(_ service: Service) {
        for field in Schema.service.fields where field.isForProvider {
            guard let entry = values[field.name], !entry.isDefault, !entry.isGuess else { continue }
            let hint = "add a redirectPath, or remove it"
            let message = "\(field.name.rawValue) is for OIDC services, but this one is a bookmark"
            log.error(message, hint: hint, at: entry.keyPosition)
        }
        let mayLaunch = [FieldName.launchURL, .port, .host].contains { values[$0] != nil }
        if service.launchURL == nil && !mayLaunch {
            let hint = "set a port or launchURL, or a redirectPath for an OIDC service"
            log.error("nothing to open", hint: hint, at: begin)
        }
    }

    /// Reports published values that the service does not have, and objects that cannot be published to.
    private func checkPublication(_ service: Service) {
        guard let provider = service.provider, let publication = provider.publication else { return }
        let position = values[.publish]?.position
        func refuse(_ message: String, _ hint: String) {
            log.error("publish \(message)", hint: hint, at: position)
        }
        let wanted = publication.values
        if wanted.contains(.clientSecret), provider.clientType == .public {
            refuse(
                "contains the client secret, but this is a public client",
                "remove the key; a public client has no secret"
            )
        }
        if wanted.contains(.launchURL), service.launchURL == nil, !values.isInvalid(.launchURL) {
            refuse("contains the launch URL, but the service has none", "set 'launchURL' or 'port', or remove the key")
        }
        if wanted.contains(.redirectURI), !provider.redirectURIs.isEmpty,
            !provider.redirectURIs.contains(where: { $0.matching == .strict })
        {
            let hint = "add a strict redirect URI, or remove the key; a pattern cannot be published"
            refuse("contains the redirect URI, but the service has only patterns", hint)
        }
        if case .kubernetes(let namespace, let name, _)? = provider.secret,
            publication.object == PublishedObjectName(.secret, namespace: namespace, name: name)
        {
            refuse("names the Secret that secretRef reads", "publish to another object")
        }
    }
}

/// The address of a service: the beginning of its launch URL and its redirect URIs.
struct Origin: Hashable {
    static let schemes = WebAddress.schemes

    var scheme: String
    var host: String
    /// Nil for the scheme's default port.
    var port: Int?

    init(scheme: String, host: String, port: Int?) {
        self.scheme = scheme
        self.host = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        self.port = port == Self.standardPort(of: scheme) ? nil : port
    }

    /// `https://sso.example.net:8444`; the scheme's default port is left out, as in browsers.
    var text: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

    /// Whether browsers send cookies of a domain to it (RFC 6265, section 5.1.3).
    func isWithin(_ domain: String) -> Bool {
        let domain = domain.lowercased().drop { $0 == "." }
        let host = host.lowercased()
        return host == domain || domain.contains(".") && host.hasSuffix(".\(domain)")
    }

    private static func standardPort(of scheme: String) -> Int { scheme == "http" ? 80 : 443 }
}
