import AuthentikAPI
import Base
import Kinds

/// Evaluates the responses of the endpoints that take a client id. Nothing is requested here.
extension ExpectedLogin {
    // MARK: - Login

    /// Why no login is tried, or the failure that is known without trying; nil if a login is tried.
    ///
    /// | the provider in Authentik has | the file has | |
    /// |---|---|---|
    /// | no redirect URI for logins | any | failed, and never tried: Authentik would store the redirect URI of the request |
    /// | any | only patterns without an example | skipped: there is no URI to return to |
    /// | any | a strict one, or the example of a pattern | it is tried |
    var loginObstacle: CheckResult.Outcome? {
        guard let provider else {
            return .failed(
                ProbeFailure(
                    .clientMismatch,
                    "Authentik lists no provider for the application '\(slug)', so no login was tried",
                    remedy:
                        "\(ProbeFailure.pass); if the account lacks permission to view the provider, 'reconcile doctor' reports it"
                )
            )
        }
        guard !provider.loginEntries.isEmpty else {
            return .failed(
                ProbeFailure(
                    .redirectURIMismatch,
                    "its provider has no redirect URI in Authentik and would accept the first one that any client sends, so no "
                        + "login was tried" + (redirectURI.map { "; expected '\($0)'" } ?? ""),
                    remedy: ProbeFailure.pass
                )
            )
        }
        if redirectURI == nil {
            return .skipped(why: "its redirect URIs are patterns; give one of them an 'example' in the file")
        }
        return nil
    }

    /// The parameters of a login that ends before the user is involved (OpenID Connect Core 1.0, section 3.1.2.1).
    func loginQuery(_ redirectURI: String) -> [(String, String)] {
        [
            ("response_type", "code"), ("client_id", clientID), ("redirect_uri", redirectURI),
            ("scope", scopes.joined(separator: " ")), ("state", "reconcile"), ("prompt", "none"),
        ]
    }

    /// | the answer | |
    /// |---|---|
    /// | 302 to the redirect URI with `error=login_required` | passed: client, redirect URI and grant are right |
    /// | 302 to the redirect URI with another error | the login is refused |
    /// | 400 | the client id or the redirect URI is different: the provider in Authentik shows which |
    /// | 302 elsewhere, anything else, or nothing | unexpected, see ``ProbeReply`` |
    func login(_ reply: ProbeReply, redirectURI: String, at url: String) -> CheckResult {
        CheckResult(.login, outcome(ofLogin: reply, redirectURI: redirectURI, at: url))
    }

    private func outcome(ofLogin reply: ProbeReply, redirectURI: String, at url: String) -> CheckResult.Outcome {
        if let trouble = reply.trouble(at: url) { return .failed(trouble) }
        if reply.status == 400 { return .failed(refusal(of: redirectURI)) }
        guard reply.status == 302, let location = reply.location else { return .failed(.unexpected(reply, at: url)) }
        guard location.hasPrefix(redirectURI), let mark = location.dropFirst(redirectURI.count).first,
            "?&#".contains(mark)
        else { return .failed(elsewhere(location, redirectURI)) }
        let parameters = location.dropFirst(redirectURI.count + 1).split(separator: "&")
        let error = parameters.first { $0.hasPrefix("error=") }?.dropFirst("error=".count) ?? "none"
        if error == "login_required" { return .passed }
        return .failed(
            ProbeFailure(
                .loginRefused,
                "a login ends with '\(String(error).cut(to: 80))' at '\(redirectURI)', before anyone is asked to log in",
                remedy: error == "invalid_request"
                    ? "set 'grantTypes: [authorization_code, refresh_token]' in the file, then \(ProbeFailure.pass): since 2026.5 a "
                        + "provider must list its grant types"
                    : ProbeFailure.pass
            )
        )
    }

    /// What differs between the file and the provider: Authentik itself says only that it knows no such client or URI.
    private func refusal(of redirectURI: String) -> ProbeFailure {
        if let provider, provider.clientID.exact != clientID.exact {
            return ProbeFailure(
                .clientMismatch,
                "the client id is '\(provider.clientID.cut(to: 100))' in Authentik and '\(clientID)' in the file: logins fail with "
                    + "'Invalid client'",
                remedy: ProbeFailure.pass
            )
        }
        let held = provider?.loginEntries ?? []
        guard !held.isEmpty, !held.contains(where: { $0.accepts(redirectURI) }) else {
            return ProbeFailure(
                .loginRefused,
                "Authentik refuses a login of client '\(clientID)' to '\(redirectURI)' (400), although its provider has both",
                remedy: "check Authentik's log, and run this again"
            )
        }
        return ProbeFailure(
            .redirectURIMismatch,
            "Authentik does not accept the redirect URI '\(redirectURI)': \(Self.difference(of: held, from: redirectURI))",
            remedy: "\(ProbeFailure.pass); if the service itself has moved, change the file"
        )
    }

    /// What a provider has instead of a redirect URI: the strict one that differs least, else its patterns.
    private static func difference(of held: [RedirectEntry], from redirectURI: String) -> String {
        guard let nearest = held.filter({ !$0.isPattern }).map(\.url).nearest(to: redirectURI) else {
            let patterns = held.map { "'\($0.url)'" }.joined(separator: ", ").cut(to: 300)
            return "its \(held.count == 1 ? "pattern \(patterns) does" : "patterns \(patterns) do") not match"
        }
        let difference =
            AddressParts(nearest).text(ofDifferencesFrom: AddressParts(redirectURI)) ?? "in how it is written"
        return "it has '\(nearest.cut(to: 300))': \(difference)"
    }

    private func elsewhere(_ location: String, _ redirectURI: String) -> ProbeFailure {
        let place = String(location.prefix { !"?#".contains($0) })
        let difference = AddressParts(place).text(ofDifferencesFrom: AddressParts(redirectURI))
        return ProbeFailure(
            .unexpectedAnswer,
            "a login is redirected to '\(place.cut(to: 300))'; expected '\(redirectURI)'"
                + (difference.map { ": \($0)" } ?? ""),
            remedy: "check that Authentik itself answers there, and nothing in front of it"
        )
    }

    // MARK: - Secret

    /// The result that is known without a request; nil if the secret is checked.
    var secretObstacle: CheckResult.Outcome? {
        if let provider, provider.clientID.exact != clientID.exact, case .known = secret {
            return .skipped(why: "the client id is different in Authentik")
        }
        switch secret {
        case .known: return nil
        case .none(let why): return .skipped(why: why)
        case .unavailable(let why):
            return .failed(
                ProbeFailure(
                    .secretUnavailable,
                    "cannot check whether Authentik has the right client secret: \(why)",
                    remedy: "provide the secret where 'secretRef' points to"
                )
            )
        }
    }

    func secret(_ proof: SecretProof, reference: String) -> CheckResult {
        switch proof {
        case .right: CheckResult(.secret, .passed)
        case .wrong:
            CheckResult(
                .secret,
                .failed(
                    ProbeFailure(
                        .secretMismatch,
                        "Authentik has a different client secret than \(reference): logins fail with 'Invalid client'",
                        remedy:
                            "run 'reconcile --once' to set the secret from \(reference); restart the service if it still uses "
                            + "another one"
                    )
                )
            )
        case .unknown(let reason):
            CheckResult(
                .secret,
                .failed(
                    ProbeFailure(
                        .unexpectedAnswer,
                        "cannot check the client secret: \(reason)",
                        remedy: "check that Authentik's /application/o/revoke/ can be reached from here"
                    )
                )
            )
        }
    }
}

extension OAuth2Provider {
    /// Where logins may return to, patterns included.
    fileprivate var loginEntries: [RedirectEntry] { redirectURIs.filter { !$0.isForLogout } }
}

extension ExpectedOutpost {
    /// A path that an outpost answers without a login, at every host that is routed to it.
    var pingURL: String {
        var host = externalHost
        while host.hasSuffix("/") { host.removeLast() }
        return host + "/outpost.goauthentik.io/ping"
    }

    /// | the answer | |
    /// |---|---|
    /// | 204 | passed |
    /// | none, 502, 503, 504, 429 | see ``ProbeReply`` |
    /// | anything else | something else answers there |
    func ping(_ reply: ProbeReply, at url: String) -> CheckResult {
        if reply.status == 204 { return CheckResult(.outpost, .passed) }
        if let trouble = reply.trouble(at: url) { return CheckResult(.outpost, .failed(trouble)) }
        return CheckResult(
            .outpost,
            .failed(
                ProbeFailure(
                    .outpostNotFound,
                    "\(url) answers \(reply.status ?? 0); expected 204 from an outpost",
                    remedy:
                        "configure the reverse proxy to pass /outpost.goauthentik.io to the outpost ('reconcile client-config \(slug) "
                        + "--for nginx' prints how, also for caddy, traefik, envoy), and check that the outpost runs"
                )
            )
        )
    }
}
