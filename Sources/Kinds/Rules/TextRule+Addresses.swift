import Base

extension TextRule {
    package static let host = TextRule("a host name or IP address", pattern: "^[^/]+$") { text in
        if text.contains("://") {
            return Complaint("has a scheme in it", hint: "write only the host name; the scheme goes into 'scheme'")
        }
        if text.contains("/") {
            return Complaint("has a path in it", hint: "write only the host name")
        }
        if let (_, port) = HostName.splitPort(text), port.utf8.allSatisfy(\.isASCIIDigit) {
            return Complaint("has a port in it", hint: "write only the host name; the port goes into 'port'")
        }
        return HostName.complaint(text)
    }

    package static let redirectPath = TextRule("a path", pattern: "^/") { text in
        if text.contains("://") {
            return Complaint("is a whole URL", hint: "write only the path, or use redirectURIs")
        }
        if !text.hasPrefix("/") {
            // A text with a colon may be a user name and password.
            let isPlain = !text.contains(where: { "@:".contains($0) })
            let example = isPlain ? "/\(text.prefix(Complaint.quoteLimit))" : "/…"
            return Complaint("does not begin with '/'", hint: "write '\(example)'")
        }
        return WebAddress.badCharacter(in: text) ?? WebAddress.fragment(in: text)
    }

    /// Authentik accepts http and https, with placeholders like `%(username)s`, and `blank://blank` for no launch URL.
    package static let launchURL = TextRule("a URL") { text in
        text == Application.noLaunchURL ? nil : WebAddress.complaint(about: text, for: .launch)
    }

    /// Where a service begins a login: a path below its origin, or a URL.
    package static let loginURL = TextRule("a path or a URL") { text in
        text.hasPrefix("/") ? redirectPath.check(text) : WebAddress.complaint(about: text, for: .link)
    }

    /// The address of Authentik in links: without query or fragment.
    package static let publicURL = TextRule("a URL") { text in
        if let complaint = WebAddress.complaint(about: text, for: .link) { return complaint }
        guard text.contains(where: { "?#".contains($0) }) else { return nil }
        return Complaint("has a query or fragment", hint: "write only scheme, host and optionally port and path")
    }

    package static let logoutURI = TextRule("a URL", mayBeEmpty: true) {
        WebAddress.complaint(about: $0, for: .checked)
    }

    package static let icon = TextRule("an icon", mayBeEmpty: true, check: IconName.complaint)

    /// A redirect URI that is compared literally: any scheme, because apps have their own (RFC 8252).
    package static let strictRedirectURI = TextRule("a URL") { text in
        if let complaint = RedirectPattern.complaint(aboutStrict: text) { return complaint }
        if let complaint = WebAddress.badCharacter(in: text) { return complaint }
        guard let colon = text.firstIndex(of: ":"), WebAddress.isScheme(text[..<colon]) else {
            return Complaint(
                "is not an absolute URL",
                hint: text.hasPrefix("/") ? "a path goes into redirectPaths" : "write it with its scheme: https://…"
            )
        }
        let scheme = text[..<colon].lowercased()
        let complaint = WebAddress.schemes.contains(scheme) ? WebAddress.complaint(about: text, for: .link) : nil
        return complaint ?? WebAddress.fragment(in: text)
    }

    /// A redirect URI that is a pattern, which Authentik matches against the whole URI with Python's `re`.
    package static let regexRedirectURI = TextRule("a pattern", check: RegexSyntax.complaint)
}

extension TextRule {
    /// The address at which an outpost reaches an application.
    package static let upstream = TextRule("a URL") { text in
        if let complaint = WebAddress.complaint(about: text, for: .checked) { return complaint }
        guard text.contains(where: { "?#".contains($0) }) else { return nil }
        return Complaint("has a query or fragment", hint: "write only scheme, host and optionally port and path")
    }

    /// The domain of a cookie, with or without a leading dot.
    package static let cookieDomain = TextRule("a domain", pattern: "^[^/:]+$") { text in
        if text.contains("://") || text.contains("/") {
            return Complaint("is a URL", hint: "write only the domain, as in example.org")
        }
        if text.contains(":") { return Complaint("has a port in it", hint: "remove it; cookies apply to all ports") }
        return HostName.complaint(text.hasPrefix(".") ? String(text.dropFirst()) : text)
    }

    /// A pattern that an outpost matches: Authentik stores an invalid one, and the outpost ignores it.
    package static let goPattern = TextRule("a pattern", check: RegexSyntax.complaintOfOutpost)
}
