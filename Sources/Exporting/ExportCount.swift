/// The number of applications, how many of them a file declares, and why it does not declare the others.
package struct ExportCount: Sendable {
    /// Those in the scope of the export.
    package var applications: Int
    package var services: Int
    /// The slugs of applications written as comments, by cause.
    package var comments: [(cause: CommentCause, slugs: [String])]
}

/// The category of an application that is written as a comment.
package enum CommentCause: Sendable, Hashable {
    /// It has a provider of a type that a file cannot declare: `SAML Provider`.
    case otherProvider(type: String)
    case noRedirectURI
    case noScopes
    case nothingToLaunch
    /// No outpost serves its proxy provider.
    case unserved
    /// The external host of its proxy provider is more than an origin.
    case externalHost
    case otherOwner
    case unreadableMark
    /// A file cannot express part of it, or would change it.
    case other

    /// As shown to the user.
    package var text: String {
        switch self {
        case .otherProvider(let type): "with a provider that a file cannot declare, \(type)"
        case .noRedirectURI: "with an OAuth2 provider without a redirect URI"
        case .noScopes: "with an OAuth2 provider without scopes"
        case .nothingToLaunch: "with neither a provider nor a launch URL"
        case .unserved: "with a proxy provider that no outpost serves"
        case .externalHost: "with a proxy provider whose external host is more than scheme, host and port"
        case .otherOwner: "that belong to another owner"
        case .unreadableMark: "with an ownership mark that cannot be read"
        case .other: "that a file cannot express, or would change, as the comment of each says"
        }
    }
}

extension Export {
    package var counted: ExportCount {
        let groups = Dictionary(grouping: commented, by: \.cause).map { (cause: $0, slugs: $1.map(\.slug).sorted()) }
        return ExportCount(
            applications: declared + commented.count,
            services: declared,
            comments: groups.sorted { ($1.slugs.count, $0.cause.text) < ($0.slugs.count, $1.cause.text) }
        )
    }
}

extension ExportCount {
    /// The maximum number of names per cause.
    private static let mostNamed = 10

    /// Comments for the end of a file; empty if there are no applications.
    var lines: [String] {
        guard applications > 0 else { return [] }
        let total = "\(count(applications, "application")): \(count(services, "service"))"
        let left = applications - services
        let first = left == 0 ? "\(total)." : "\(total), and \(left) only as a comment:"
        return [first] + comments.map { "- \($0.slugs.count) \($0.cause.text): \(Self.list($0.slugs))" }
    }

    private static func list(_ slugs: [String]) -> String {
        let named = slugs.prefix(mostNamed).joined(separator: ", ")
        return slugs.count > mostNamed ? "\(named) and \(slugs.count - mostNamed) more" : named
    }
}

/// An application that a file does not declare.
package struct LeftOut: Sendable, Equatable {
    package var slug: String
    /// A clause.
    package var reason: String
    package var cause: CommentCause
}
