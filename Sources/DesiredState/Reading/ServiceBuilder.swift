import Kinds
internal import YAMLDocument

/// Makes a service of its fields, and reports where they do not fit together.
///
/// | the service has | it is | its origin is | its launch URL |
/// |---|---|---|---|
/// | `redirectPath`, `redirectPaths` | OIDC | needed | the origin |
/// | only `redirectURIs` | OIDC | with a `port` or `host` of its own | the origin; not managed without |
/// | `forwardAuth` | behind an outpost | needed | the origin |
/// | none of them | a bookmark | with a `port` or `host` of its own | the origin; an error without |
///
/// `forwardAuth` and any of the redirect fields exclude each other; of two of which one is from `defaults` the service's own
/// holds. A given `launchURL` is the launch URL in each case. An origin without a `port` is the scheme's own.
struct ServiceBuilder {
    let slug: String
    /// How messages call it: `service 'grafana'`.
    let label: String
    let begin: YAMLPosition
    /// The service's own and those of `defaults`.
    let values: ReadFields
    let fileHost: ReadFields.Entry?
    let fileScheme: ReadFields.Entry?
    let log: DiagnosticLog

    private static let redirectFields: [FieldName] = [.redirectPath, .redirectPaths, .redirectURIs]

    private var isOIDC: Bool { !isForwardAuth && Self.redirectFields.contains { values[$0] != nil } }

    /// Whether an outpost logs people in; where the service has a redirect field of its own, `defaults` cannot say so.
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
                label: label,
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

    /// A service that is not to be there needs no more than its slug; the rest of it may stay in the file.
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
            let hint = "write the whole URL, or give the service a port or host"
            let message = "loginURL of \(label) is a path, and it has no origin"
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
            let hint = "the login holds for hosts of the domain only: name one that '\(origin.host)' belongs to"
            let message = "cookieDomain '\(domain)' in forwardAuth does not hold the host of \(label), '\(origin.host)'"
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

    /// Reports what a service behind an outpost does not have.
    private func checkForwardAuth() {
        for field in Schema.service.fields where field.isForProvider && field.name != .providerName {
            guard let entry = values[field.name], !entry.isDefault else { continue }
            let isRedirect = Self.redirectFields.contains(field.name)
            let isInside = Schema.forwardAuth[field.name] != nil
            let hint =
                isRedirect
                ? "a service that logs people in itself needs no outpost: keep one of the two"
                : isInside ? "write it in forwardAuth" : "leave it out"
            let message =
                "\(field.name.rawValue) is for services that log people in themselves, and \(label) has forwardAuth"
            log.error(message, hint: hint, at: entry.keyPosition)
        }
    }

    private func checkHidden() {
        guard values.flag(.hidden) == false, values.text(.launchURL) == Application.noLaunchURL else { return }
        let hint = "take one of them out"
        let message = "\(label) is not to be hidden, and has the launch URL that hides it, '\(Application.noLaunchURL)'"
        log.error(message, hint: hint, at: values[.hidden]?.position)
    }

    private func checkRenames() {
        for former in values.texts(.renamedFrom) ?? [] where former.value == slug {
            let hint = "name the slug that it had before"
            log.error("renamedFrom of \(label) names its own slug", hint: hint, at: former.position)
        }
    }

    /// Where the service lives; nil if it has no place of its own, or after an error.
    private func origin() -> Origin? {
        let pathField =
            [FieldName.redirectPath, .redirectPaths].first { values[$0] != nil } ?? (isForwardAuth ? .forwardAuth : nil)
        let ownField = [FieldName.port, .host].first { values[$0] != nil }
        guard let field = pathField ?? ownField else { return nil }
        let hostEntry = values[.host] ?? fileHost
        guard let hostEntry else {
            // A launch URL of its own leaves a port without a use, but not wrong.
            if pathField != nil || values[.launchURL] == nil {
                let hint = "set 'host' in the service, in defaults or at the top of the file"
                log.error(
                    "\(label) has \(field == .forwardAuth ? "" : "a ")\(field.rawValue) and no host",
                    hint: hint,
                    at: values[field]?.position
                )
            }
            return nil
        }
        guard case .text(let host) = hostEntry.value, !values.isInvalid(.port) else { return nil }
        return Origin(scheme: scheme, host: host, port: values.number(.port))
    }

    /// Of the service, or else of the file.
    private var scheme: String {
        if case .text(let given) = (values[.scheme] ?? fileScheme)?.value { given } else { "https" }
    }

    /// Authentik takes no URL with a port of one digit, which only a launch URL of its own can spare a service.
    private func checkLaunchPort(_ origin: Origin?) {
        guard values[.launchURL] == nil, let port = origin?.port, port < 10 else { return }
        let hint = "give it a launchURL of its own, or 'blank://blank' for none"
        let message = "port \(port) of \(label) makes a launch URL that Authentik refuses"
        log.error(message, hint: hint, at: values[.port]?.position)
    }

    private func checkBookmark(_ service: Service) {
        for field in Schema.service.fields where field.isForProvider {
            guard let entry = values[field.name], !entry.isDefault else { continue }
            let hint = "add a redirectPath, or leave it out"
            let message = "\(field.name.rawValue) is for OIDC services, and \(label) is a bookmark"
            log.error(message, hint: hint, at: entry.keyPosition)
        }
        let mayLaunch = [FieldName.launchURL, .port, .host].contains { values[$0] != nil }
        if service.launchURL == nil && !mayLaunch {
            let hint = "add a port or a launchURL; with a redirectPath it is an OIDC service"
            log.error("\(label) has nothing to launch", hint: hint, at: begin)
        }
    }

    /// Reports what is to be published and is not there, or has no place there.
    private func checkPublication(_ service: Service) {
        guard let provider = service.provider, let publication = provider.publication else { return }
        let position = values[.publish]?.position
        func refuse(_ message: String, _ hint: String) {
            log.error("publish of \(label) \(message)", hint: hint, at: position)
        }
        let wanted = publication.values
        if wanted.contains(.clientSecret), provider.clientType == .public {
            refuse("has the client secret among its keys", "a public client keeps none")
        }
        if wanted.contains(.launchURL), service.launchURL == nil, !values.isInvalid(.launchURL) {
            refuse("has the launch URL among its keys", "set 'launchURL' or a 'port': it has none")
        }
        if wanted.contains(.redirectURI), !provider.redirectURIs.isEmpty,
            !provider.redirectURIs.contains(where: { $0.matching == .strict })
        {
            refuse("has the redirect URI among its keys", "add a strict one: a pattern cannot be published")
        }
        if case .kubernetes(let namespace, let name, _)? = provider.secret,
            publication.object == PublishedObjectName(.secret, namespace: namespace, name: name)
        {
            refuse("names the Secret that secretRef reads", "publish into an object of its own")
        }
    }
}

/// Where a service lives: the beginning of its launch URL and its redirect URIs.
struct Origin: Hashable {
    static let schemes = WebAddress.schemes

    var scheme: String
    var host: String
    /// Nil for the scheme's own port.
    var port: Int?

    init(scheme: String, host: String, port: Int?) {
        self.scheme = scheme
        self.host = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        self.port = port == Self.standardPort(of: scheme) ? nil : port
    }

    /// `https://sso.example.net:8444`; a scheme's own port is left out, as browsers do.
    var text: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

    /// Whether browsers send cookies of a domain to it (RFC 6265, section 5.1.3).
    func isWithin(_ domain: String) -> Bool {
        let domain = domain.lowercased().drop { $0 == "." }
        let host = host.lowercased()
        return host == domain || domain.contains(".") && host.hasSuffix(".\(domain)")
    }

    private static func standardPort(of scheme: String) -> Int { scheme == "http" ? 80 : 443 }
}
