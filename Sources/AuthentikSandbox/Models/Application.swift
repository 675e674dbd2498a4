import FoundationEssentials
import JSON

/// `authentik_core.application`.
struct Application: Sendable, Codable {
    var pk = UUID()
    var name = ""
    var slug = ""
    var provider: Int?
    var backchannelProviders: [Int] = []
    var openInNewTab = false
    var metaLaunchURL = ""
    var metaIcon = ""
    var metaDescription = ""
    var metaPublisher = ""
    var policyEngineMode = PolicyEngineMode.any
    var group = ""
    /// Whether lists leave it out; since 2026.5.
    var metaHide = false
}

/// Whether one policy of an object is enough, or all are needed.
package enum PolicyEngineMode: String, Choice, Codable {
    case all, any
}

/// The target of a click on an application.
enum LaunchURL {
    /// A redirect URI without its path, which Authentik considers the address of a service.
    ///
    /// - Returns: nil if the URI cannot be parsed.
    static func guess(from redirectURI: String) -> String? {
        guard let separator = redirectURI.firstRange(of: "://") else {
            // Only a scheme remains of `app:/callback`, and nothing of a relative path.
            guard let end = redirectURI.firstIndex(of: ":") else { return "" }
            return String(redirectURI[...end])
        }
        let rest = redirectURI[separator.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        // The only thing that Python's parser rejects is an address with unbalanced brackets.
        guard authority.contains("[") == authority.contains("]") else { return nil }
        let tail = rest[authority.endIndex...].drop(while: { $0 != "?" && $0 != "#" })
        return String(redirectURI[..<separator.upperBound] + authority + tail)
    }

    /// A URL with its placeholders, such as `%(username)s`, filled in; unchanged if Python cannot format it.
    static func fill(_ url: String, _ values: [String: String]) -> String {
        var filled = ""
        var rest = url[...]
        while let percent = rest.firstIndex(of: "%") {
            filled += rest[..<percent]
            rest = rest[percent...].dropFirst()
            if rest.hasPrefix("%") {
                filled += "%"
                rest = rest.dropFirst()
                continue
            }
            guard rest.hasPrefix("("), let end = rest.firstIndex(of: ")"), rest[end...].hasPrefix(")s"),
                let value = values[String(rest[..<end].dropFirst())]
            else { return url }
            filled += value
            rest = rest[end...].dropFirst(2)
        }
        return filled + rest
    }
}

/// `authentik_core.applicationentitlement`.
struct ApplicationEntitlement: Sendable, Codable {
    var pk = UUID()
    var name = ""
    var app: UUID?
    /// An object; before 2025.12 any JSON.
    var attributes: JSONValue = [:]

    var json: JSONValue {
        ["pbm_uuid": pk.json, "name": .string(name), "app": app.json, "attributes": attributes]
    }
}
