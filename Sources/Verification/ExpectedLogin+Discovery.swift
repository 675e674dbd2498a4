import Base
import JSON
import Kinds

/// Evaluates the responses to discovery and to the request for the keys. Nothing is requested here.
///
/// | discovery answers | |
/// |---|---|
/// | 200, JSON with an issuer | passed; issuer, algorithm and scopes are checked |
/// | 404 | the application does not exist, or has no provider |
/// | anything else, or nothing | see ``ProbeReply/trouble(at:)``, otherwise unexpected |
extension ExpectedLogin {
    func discovery(_ reply: ProbeReply, at url: String) -> [CheckResult] {
        if let trouble = reply.trouble(at: url) { return [CheckResult(.discovery, .failed(trouble))] }
        if reply.status == 404 {
            let failure = ProbeFailure(
                .discoveryNotFound,
                "\(url) returned 404: the application '\(slug)' does not exist in Authentik, or has no provider",
                remedy: ProbeFailure.pass
            )
            return [CheckResult(.discovery, .failed(failure))]
        }
        guard let document = reply.json, let issuer = document["issuer"]?.string else {
            return [CheckResult(.discovery, .failed(.unexpected(reply, at: url)))]
        }
        return [
            CheckResult(.discovery, .passed), CheckResult(.issuer, outcome(ofIssuer: issuer)),
            CheckResult(.algorithm, outcome(ofAlgorithms: document["id_token_signing_alg_values_supported"]?.texts)),
            CheckResult(.scopes, outcome(ofScopes: document["scopes_supported"]?.texts ?? [])),
        ]
    }

    // MARK: - Issuer

    /// Clients compare the issuer character by character (OpenID Connect Discovery 1.0, section 4.3).
    private func outcome(ofIssuer issuer: String) -> CheckResult.Outcome {
        guard !issuers.contains(where: { $0 == issuer || AddressParts($0) == AddressParts(issuer) }),
            let expected = issuers.nearest(to: issuer)
        else { return .passed }
        let parts = AddressParts(issuer).differences(from: AddressParts(expected))
        let text = AddressParts(issuer).text(ofDifferencesFrom: AddressParts(expected)) ?? "in how it is written"
        return .failed(
            ProbeFailure(
                .issuerMismatch,
                "the issuer is '\(issuer.cut(to: 200))'; expected '\(expected)': \(text)",
                remedy: Self.remedy(forIssuerThatDiffersIn: parts)
            )
        )
    }

    private static func remedy(forIssuerThatDiffersIn parts: [AddressParts.Part]) -> String {
        switch parts {
        case [.scheme]:
            "configure the reverse proxy to send X-Forwarded-Proto; since 2026.8 Authentik accepts it only from trusted "
                + "proxies (AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS)"
        case [.path]: "\(ProbeFailure.pass); 'issuerMode' selects which of its two issuers a service has"
        default:
            "configure the reverse proxy to pass the Host header, or set 'publicURL' in the file to the address at which "
                + "browsers and services reach Authentik"
        }
    }

    // MARK: - Algorithm

    /// | declared | offered | result |
    /// |---|---|---|
    /// | a key of a known kind, or none | its algorithm | passed |
    /// | a key of another kind | anything but HS256 | passed |
    /// | any | anything else | a mismatch |
    private func outcome(ofAlgorithms offered: [String]?) -> CheckResult.Outcome {
        let offered = offered ?? []
        let isRight =
            signing.algorithm.map { offered.contains($0.rawValue) }
            ?? offered.contains { $0 != SigningAlgorithm.hs256.rawValue }
        if isRight { return .passed }
        let found = offered.isEmpty ? "nothing" : offered.joined(separator: ", ").cut(to: 100)
        let expected: String
        switch signing {
        case .secret: expected = "HS256 with the client secret"
        case .key(let name, let algorithm, _):
            expected = algorithm.map { "\($0.rawValue) with the key '\(name)'" } ?? "the algorithm of the key '\(name)'"
        }
        return .failed(
            ProbeFailure(
                .algorithmMismatch,
                "tokens are signed with \(found); expected \(expected)",
                remedy: ProbeFailure.pass
            )
        )
    }

    // MARK: - Scopes

    /// For `openid` the provider's own mappings are checked.
    ///
    /// Authentik offers it also without a mapping, and then `userinfo` returns 403.
    private func outcome(ofScopes offered: [String]) -> CheckResult.Outcome {
        let missing = scopes.filter { scope in
            let isHeld = scope != "openid" || provider == nil || heldScopes.contains(scope)
            return !(offered.contains(scope) && isHeld)
        }
        if missing.isEmpty { return .passed }
        let names = missing.map { "'\($0)'" }.joined(separator: ", ")
        let others = offered.isEmpty ? "none" : offered.joined(separator: ", ").cut(to: 200)
        return .failed(
            ProbeFailure(
                .scopesMissing,
                "the \(missing.count == 1 ? "scope \(names) is" : "scopes \(names) are") not offered (offered: \(others)): clients get "
                    + "403 insufficient_scope, or tokens without these claims",
                remedy: ProbeFailure.pass
            )
        )
    }

    // MARK: - Keys

    /// | declared | in the response | result |
    /// |---|---|---|
    /// | no key | no key: `{}` | passed |
    /// | a key | one with its algorithm and, where both show it, its certificate | passed |
    /// | any | anything else | a mismatch |
    func keys(_ reply: ProbeReply, at url: String) -> CheckResult {
        if let trouble = reply.trouble(at: url) { return CheckResult(.keys, .failed(trouble)) }
        guard let document = reply.json, case .object = document else {
            return CheckResult(.keys, .failed(.unexpected(reply, at: url)))
        }
        let keys = document["keys"]?.array ?? []
        let message: String
        switch signing {
        case .secret:
            if keys.isEmpty { return CheckResult(.keys, .passed) }
            message = "\(url) has a key; expected none, since tokens are signed with the client secret"
        case .key(let name, let algorithm, let fingerprint):
            if keys.isEmpty {
                message = "\(url) has no key; expected '\(name)'"
            } else if let algorithm, !keys.contains(where: { $0["alg"]?.string == algorithm.rawValue }) {
                let found = keys.compactMap { $0["alg"]?.string }.joined(separator: ", ").cut(to: 100)
                message = "\(url) has a key for \(found); expected '\(name)' for \(algorithm.rawValue)"
            } else if let thumbprint = fingerprint.flatMap(Self.thumbprint),
                case let found = keys.compactMap({ $0["x5t#S256"]?.string }), !found.isEmpty,
                !found.contains(thumbprint)
            {
                message = "\(url) has a different key than '\(name)'"
            } else {
                return CheckResult(.keys, .passed)
            }
        }
        return CheckResult(.keys, .failed(ProbeFailure(.keyMismatch, message, remedy: ProbeFailure.pass)))
    }

    /// A fingerprint such as `4c:bb:8f` in the format of a JSON Web Key (RFC 7517, section 4.9): base64url without
    /// padding.
    static func thumbprint(_ fingerprint: String) -> String? {
        let parts = fingerprint.split(separator: ":")
        let bytes = parts.compactMap { $0.utf8.count == 2 ? UInt8($0, radix: 16) : nil }
        guard bytes.count == parts.count, !bytes.isEmpty else { return nil }
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        var (bits, width) = (0, 0)
        for byte in bytes {
            (bits, width) = (bits << 8 | Int(byte), width + 8)
            while width >= 6 {
                width -= 6
                text.append(alphabet[(bits >> width) & 0x3F])
            }
            bits &= (1 << width) - 1
        }
        if width > 0 { text.append(alphabet[(bits << (6 - width)) & 0x3F]) }
        return text
    }
}

extension JSONValue {
    /// The texts of a list.
    fileprivate var texts: [String]? { array?.compactMap(\.string) }
}
