import Base
import DesiredState
import Kinds

/// Evaluates where the login button of a service leads. Nothing is requested here.
extension ExpectedLogin {
    /// Where to follow a redirect of the service; nil if it is the last.
    ///
    /// Nothing outside the service is requested: neither Authentik, where a login would begin, nor any other host.
    ///
    /// - Parameter url: the URL that answered.
    func next(after reply: ProbeReply, at url: String) -> String? {
        guard let target = target(of: reply, at: url), AddressParts(target).isSameOrigin(as: AddressParts(url)) else {
            return nil
        }
        return target
    }

    /// | the service | result |
    /// |---|---|
    /// | redirects to the authorization endpoint, with client id and redirect URI as declared | passed |
    /// | redirects there with another client id or redirect URI | a mismatch that names both |
    /// | redirects elsewhere, or not at all | it offers no login |
    /// | does not answer | see ``ProbeReply`` |
    ///
    /// - Parameter url: the URL that answered last.
    func button(_ reply: ProbeReply, at url: String, _ button: ExpectedButton) -> CheckResult {
        CheckResult(.button, outcome(of: reply, at: url, button))
    }

    private func outcome(of reply: ProbeReply, at url: String, _ button: ExpectedButton) -> CheckResult.Outcome {
        if let trouble = reply.trouble(at: url) { return .failed(trouble) }
        let remedy =
            "check that the service has this login configured and was restarted since: 'reconcile client-config \(slug) --for "
            + "TOOL' prints what it needs"
        guard let target = target(of: reply, at: url) else {
            let message = "\(url) answers \(reply.status ?? 0) instead of redirecting to \(button.authorizationURL)"
            return .failed(ProbeFailure(.loginNotOffered, message, remedy: remedy))
        }
        let place = String(target.prefix { !"?#".contains($0) })
        if let difference = AddressParts(place).text(ofDifferencesFrom: AddressParts(button.authorizationURL)) {
            let message =
                "\(url) redirects to '\(place.cut(to: 300))'; expected '\(button.authorizationURL)': \(difference)"
            return .failed(ProbeFailure(.loginNotOffered, message, remedy: remedy))
        }
        let parameters = Self.parameters(of: target)
        guard let client = parameters["client_id"], client.exact == clientID.exact else {
            let found = parameters["client_id"].map { "'\($0.cut(to: 100))'" } ?? "none"
            let message = "the service logs in as the client \(found); expected '\(clientID)'"
            return .failed(ProbeFailure(.clientMismatch, message, remedy: remedy))
        }
        let found = parameters["redirect_uri"] ?? ""
        if button.redirectURIs.contains(where: { RedirectEntry($0).accepts(found) }) { return .passed }
        return .failed(
            ProbeFailure(
                .redirectURIMismatch,
                "the service requests the redirect URI '\(found.cut(to: 300))'; expected \(button.expected(nearestTo: found))",
                remedy: "configure the service's own address (its root URL), or change the file; \(remedy)"
            )
        )
    }

    /// The target of a redirect as an absolute URL; nil for any other answer.
    private func target(of reply: ProbeReply, at url: String) -> String? {
        guard let status = reply.status, [301, 302, 303, 307, 308].contains(status), let location = reply.location
        else {
            return nil
        }
        if location.contains("://") { return location }
        guard let start = url.firstRange(of: "://")?.upperBound else { return nil }
        let origin = url[..<(url[start...].firstIndex { "/?#".contains($0) } ?? url.endIndex)]
        if location.hasPrefix("//") { return url[..<start].dropLast(2) + location }
        if location.hasPrefix("/") { return origin + location }
        let path = url[origin.endIndex...].prefix { !"?#".contains($0) }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return origin + folder + location
    }

    private static func parameters(of url: String) -> [String: String] {
        let query = url.drop { $0 != "?" }.dropFirst().prefix { $0 != "#" }
        return Dictionary(
            String.formItems(of: query).map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

extension ExpectedButton {
    /// The declared redirect URI that differs least from the one found, with the differences; else the patterns.
    fileprivate func expected(nearestTo found: String) -> String {
        guard let nearest = redirectURIs.filter({ $0.matching == .strict }).map(\.url).nearest(to: found) else {
            return "one that matches \(redirectURIs.map { "'\($0.url)'" }.joined(separator: " or "))"
        }
        let difference = AddressParts(found).text(ofDifferencesFrom: AddressParts(nearest)) ?? "in how it is written"
        return "'\(nearest)': \(difference)"
    }
}
