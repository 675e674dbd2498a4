/// One thing that is seen of a login from outside, in the order in which they are looked at.
///
/// | | asked is | it proves |
/// |---|---|---|
/// | discovery | `…/SLUG/.well-known/openid-configuration` | that the application has a provider |
/// | issuer, algorithm, scopes | the same answer | what a client believes of its tokens |
/// | keys | `…/SLUG/jwks/` | that tokens can be checked |
/// | login | the authorization endpoint, with `prompt=none` | client id, redirect URI and grant |
/// | secret | the revocation endpoint, with a token that nobody has | the client secret |
/// | button | the service itself, where its `loginURL` is | that it sends people to Authentik as the declared client |
/// | outpost | `/outpost.goauthentik.io/ping` where the service is | that the outpost is reached there |
package enum Check: String, Sendable, CaseIterable {
    case discovery, issuer, algorithm, scopes, keys, login, secret, button, outpost
}

/// What came of a check.
package struct CheckResult: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case passed
        case failed(ProbeFailure)
        /// There is nothing to see, or no way to see it: a clause.
        case skipped(why: String)
    }

    package var check: Check
    package var outcome: Outcome

    package init(_ check: Check, _ outcome: Outcome) {
        self.check = check
        self.outcome = outcome
    }

    package var failure: ProbeFailure? { if case .failed(let failure) = outcome { failure } else { nil } }
    package var isPassed: Bool { outcome == .passed }
}

/// Why a login would not work.
package struct ProbeFailure: Sendable, Equatable {
    /// For machines: a word stays what it is.
    package enum Reason: String, Sendable, CaseIterable {
        /// No answer came.
        case unreachable = "Unreachable"
        /// 502, 503, 504 or 429: it may come back by itself.
        case unavailable = "Unavailable"
        /// An answer that Authentik does not give.
        case unexpectedAnswer = "UnexpectedAnswer"
        case discoveryNotFound = "DiscoveryNotFound"
        case issuerMismatch = "IssuerMismatch"
        case algorithmMismatch = "AlgorithmMismatch"
        case scopesMissing = "ScopesMissing"
        case keyMismatch = "KeyMismatch"
        case clientMismatch = "ClientMismatch"
        case redirectURIMismatch = "RedirectURIMismatch"
        case loginRefused = "LoginRefused"
        case secretMismatch = "SecretMismatch"
        case secretUnavailable = "SecretUnavailable"
        /// The service sends nobody to Authentik.
        case loginNotOffered = "LoginNotOffered"
        case outpostNotFound = "OutpostNotFound"
    }

    package var reason: Reason
    /// What is the matter; where two sides differ it names both: a clause.
    package var message: String
    /// What to do about it: a clause.
    package var remedy: String

    package init(_ reason: Reason, _ message: String, remedy: String) {
        self.reason = reason
        self.message = message
        self.remedy = remedy
    }
}

extension ProbeFailure {
    /// What corrects most of what Authentik has otherwise than the file.
    static let pass = "run 'reconcile --once', which makes it as declared; 'reconcile plan' shows what it would do"
}
