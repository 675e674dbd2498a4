import Base
package import DesiredState
import Kinds

/// The configuration of the other side of a service's login: the settings of an OIDC client, or the part of a reverse
/// proxy's configuration that asks an outpost.
///
/// It only needs the file and Authentik's address. The output contains no secret, only where one is stored.
package struct ConfigurationPrinter: Sendable {
    /// The addresses that the file does not contain; each an `http` or `https` URL.
    package struct Addresses: Sendable {
        /// Where this program reaches Authentik, without a trailing slash.
        var authentik: String?
        /// Where browsers and services reach Authentik, if that is a different address.
        var publicURL: String?
        /// Where the reverse proxy reaches the outpost.
        var outpost: String?
        /// Where the reverse proxy reaches the service itself.
        var upstream: String?

        package init(
            authentik: String?,
            publicURL: String? = nil,
            outpost: String? = nil,
            upstream: String? = nil
        ) {
            self.authentik = authentik
            self.publicURL = publicURL
            self.outpost = outpost
            self.upstream = upstream
        }

        /// Whether a reverse proxy can be configured with this address of an outpost or service.
        package static func isUsable(_ url: String) -> Bool { HTTPOrigin(url) != nil }
    }

    /// Why there is nothing to print.
    package struct Refusal: Error, Equatable, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    /// The available formats, with their titles: the words used on the command line.
    package static var readers: [(name: String, title: String)] {
        let tools = ClientTool.all.map { (name: $0.name, title: $0.title) }
        let proxies = ReverseProxy.allCases.map { (name: $0.rawValue, title: $0.title) }
        return proxies.filter { proxy in !tools.contains { $0.name == proxy.name } } + tools
    }

    package let addresses: Addresses

    package init(_ addresses: Addresses) { self.addresses = addresses }

    /// - Parameters:
    ///   - reader: one of ``readers``.
    ///   - slug: a service of the file.
    package func text(for reader: String, of slug: String, in desired: DesiredState) throws(Refusal) -> String {
        guard let service = desired.services.first(where: { $0.slug == slug }) else {
            let nearest = Suggestion.nearest(to: slug, among: desired.services.map(\.slug))
            let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
            throw Refusal("the file declares no service '\(slug)'\(hint)")
        }
        guard service.state == .present else { throw Refusal("service '\(slug)' is declared absent") }
        switch service.login {
        case .oauth2(let provider): return try settings(of: service, provider, for: reader, in: desired)
        case .forwardAuth(let forwardAuth):
            guard let proxy = ReverseProxy(rawValue: reader) else {
                let names = Self.list(ReverseProxy.allCases.map(\.rawValue))
                throw Refusal(
                    "an outpost logs users in to service '\(slug)'; --for must be one of \(names)"
                )
            }
            return proxy.text(for: try site(of: service, forwardAuth))
        case nil:
            throw Refusal(
                "service '\(slug)' is a bookmark, without a login through Authentik; add a redirectPath or forwardAuth"
            )
        }
    }

    private func settings(
        of service: Service,
        _ provider: Provider,
        for reader: String,
        in desired: DesiredState
    ) throws(Refusal) -> String {
        guard let tool = ClientTool.named(reader) else {
            let names = Self.list(ClientTool.all.map(\.name))
            throw Refusal("service '\(service.slug)' logs users in itself, with OIDC; --for must be one of \(names)")
        }
        guard let authentik = addresses.publicURL ?? addresses.authentik else {
            throw Refusal("Authentik's address is unknown; set 'publicURL' in the file, or use --url or AUTHENTIK_URL")
        }
        let scopes = desired.scopeMappings.compactMap { mapping in
            mapping.values.text(ScopeMapping.Row.scope).map { (mapping.name, $0) }
        }
        return ToolSettings(
            tool: tool,
            service: service,
            provider: provider,
            authentik: authentik,
            scopesByMapping: Dictionary(scopes) { first, _ in first }
        ).text
    }

    private func site(of service: Service, _ forwardAuth: ForwardAuth) throws(Refusal) -> ForwardAuthSite {
        let slug = service.slug
        guard let external = HTTPOrigin(forwardAuth.externalHost) else {
            throw Refusal(
                "'\(forwardAuth.externalHost)', the address of service '\(slug)', cannot be used by a reverse proxy"
            )
        }
        return ForwardAuthSite(
            slug: slug,
            mode: forwardAuth.mode,
            external: external,
            // Browsers treat a leading dot as the same.
            cookieDomain: forwardAuth.cookieDomain.map { $0.hasPrefix(".") ? String($0.dropFirst()) : $0 },
            outpost: try outpost(of: service, forwardAuth),
            upstream: addresses.upstream.flatMap(HTTPOrigin.init),
            sendsBasicAuth: forwardAuth.values[ProxyProvider.Row.basicAuth] == .flag(true)
        )
    }

    /// The outpost's address: within Authentik, or as given.
    private func outpost(of service: Service, _ forwardAuth: ForwardAuth) throws(Refusal) -> HTTPOrigin {
        let isEmbedded = forwardAuth.outpost == Outpost.embedded
        let url = addresses.outpost ?? (isEmbedded ? addresses.authentik ?? addresses.publicURL : nil)
        guard let url else {
            throw Refusal(
                isEmbedded
                    ? "Authentik's address is unknown; use --outpost-url, --url or AUTHENTIK_URL, or set 'publicURL' in the file"
                    : "the address of outpost '\(forwardAuth.outpost)' of service '\(service.slug)' is unknown; use --outpost-url"
            )
        }
        guard let origin = HTTPOrigin(url) else {
            throw Refusal("'\(url)', the address of the outpost, cannot be used by a reverse proxy")
        }
        return origin
    }

    private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
