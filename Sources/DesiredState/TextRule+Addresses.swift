internal import YAMLDocument

extension TextRule {
    static let host = TextRule { text in
        if text.contains("://") {
            return Complaint("has a scheme in it", hint: "write only the host name; the scheme goes into 'scheme'")
        }
        if text.contains("/") {
            return Complaint("has a path in it", hint: "write only the host name")
        }
        if let (_, port) = HostName.splitPort(text), port.utf8.allSatisfy(\.isASCIIDigit) {
            return Complaint("has a port in it", hint: "the port goes into 'port'")
        }
        return HostName.complaint(text)
    }

    static let redirectPath = TextRule { text in
        if text.contains("://") {
            return Complaint("is a whole URL", hint: "write only the path, or use redirectURIs")
        }
        if !text.hasPrefix("/") {
            return Complaint("does not begin with '/'", hint: "write '/\(text.prefix(YAMLProblem.quoteLimit))'")
        }
        return WebAddress.badCharacter(in: text) ?? WebAddress.fragment(in: text)
    }

    /// Authentik takes http and https, with placeholders like `%(username)s`, and `blank://blank` for no launch at all.
    static let launchURL = TextRule { text in
        text == "blank://blank" ? nil : WebAddress.complaint(aboutLaunchURL: text)
    }

    /// Where Authentik is, as its own links have it: no more than a path behind the host.
    static let publicURL = TextRule { text in
        if let complaint = WebAddress.complaint(aboutWebURL: text) { return complaint }
        guard text.contains(where: { "?#".contains($0) }) else { return nil }
        return Complaint("has a query or fragment", hint: "write only scheme, host and, if need be, port and path")
    }

    static let logoutURI = TextRule(mayBeEmpty: true, check: WebAddress.complaint(aboutWebURL:))

    /// Authentik refuses `..` in a media path.
    static let icon = TextRule(mayBeEmpty: true) { text in
        if let complaint = WebAddress.badCharacter(in: text) { return complaint }
        if text.hasPrefix("https://") || text.hasPrefix("http://") { return WebAddress.complaint(aboutWebURL: text) }
        if text.hasPrefix("fa://") {
            return text == "fa://" ? Complaint("names no icon", hint: "as in fa://fa-book") : nil
        }
        if text.contains("://") || text.hasPrefix("data:") || text.hasPrefix("javascript:") {
            return Complaint("has a scheme that Authentik does not show", hint: "use https://, fa:// or a media path")
        }
        return text.contains("..") ? Complaint("has '..' in it, which Authentik refuses") : nil
    }

    /// A redirect URI that is compared as it is: any scheme, since apps have their own (RFC 8252), but no fragment.
    static let strictRedirectURI = TextRule { text in
        if let complaint = WebAddress.badCharacter(in: text) ?? WebAddress.fragment(in: text) { return complaint }
        guard let colon = text.firstIndex(of: ":"), WebAddress.isScheme(text[..<colon]) else {
            return Complaint(
                "is not an absolute URL",
                hint: text.hasPrefix("/") ? "a path goes into redirectPaths" : "write it with its scheme: https://…"
            )
        }
        let scheme = text[..<colon].lowercased()
        return Origin.schemes.contains(scheme) ? WebAddress.complaint(aboutWebURL: text) : nil
    }

    /// A redirect URI that is a pattern; Authentik has Python match it against the whole URI.
    static let regexRedirectURI = TextRule(check: RegexSyntax.complaint)
}
