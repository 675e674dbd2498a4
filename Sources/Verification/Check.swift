/// A property of a login that can be checked from outside, in the order in which they are checked.
///
/// | check | requested | what it proves |
/// |---|---|---|
/// | discovery | `…/SLUG/.well-known/openid-configuration` | the application has a provider |
/// | issuer, algorithm, scopes | the same answer | what clients expect of their tokens |
/// | keys | `…/SLUG/jwks/` | tokens can be verified |
/// | login | the authorization endpoint, with `prompt=none` | client id, redirect URI and grant |
/// | secret | the revocation endpoint, with a token that does not exist | the client secret |
/// | button | the service itself, at its `loginURL` | it sends users to Authentik as the declared client |
/// | outpost | `/outpost.goauthentik.io/ping` at the service's address | the outpost is reached there |
package enum Check: String, Sendable, CaseIterable {
    case discovery, issuer, algorithm, scopes, keys, login, secret, button, outpost
}

/// The result of a check.
package struct CheckResult: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case passed
        case failed(ProbeFailure)
        /// The check does not apply, or cannot be made, with the reason as a clause.
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
    /// For machines; existing raw values never change.
    package enum Reason: String, Sendable, CaseIterable {
        /// No response was received.
        case unreachable = "Unreachable"
        /// 502, 503, 504 or 429: a temporary condition.
        case unavailable = "Unavailable"
        /// A response that Authentik does not send.
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
        /// The service does not redirect to Authentik.
        case loginNotOffered = "LoginNotOffered"
        case outpostNotFound = "OutpostNotFound"
    }

    package var reason: Reason
    /// What is wrong, as a clause; if two sides differ, it names both.
    package var message: String
    /// What to do about it, as a clause.
    package var remedy: String

    package init(_ reason: Reason, _ message: String, remedy: String) {
        self.reason = reason
        self.message = message
        self.remedy = remedy
    }
}

extension ProbeFailure {
    /// The remedy for most differences between Authentik and the file.
    static let pass = "run 'reconcile --once' to correct it; 'reconcile plan' shows the changes first"
}
