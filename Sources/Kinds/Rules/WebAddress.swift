import Base

/// Checks URLs closely enough to predict what Authentik rejects.
package enum WebAddress {
    package static let schemes = ["https", "http"]

    /// Who parses a URL, and so how strict the check is.
    enum Use {
        /// Only browsers and clients: Authentik stores it unchanged.
        case link
        /// Authentik, by `DomainlessURLValidator` in authentik/lib/models.py.
        case checked
        /// Authentik, by `DomainlessFormattedURLValidator`: `%(username)s` and the like may begin the host.
        case launch

        fileprivate var isChecked: Bool { self != .link }
    }

    /// In characters, if Authentik limits them.
    private static let maximumLength = 2048

    /// What is wrong with an http or https URL.
    static func complaint(about text: String, for use: Use) -> Complaint? {
        if let complaint = badCharacter(in: text) { return complaint }
        let scheme = text.prefix(upTo: text.unicodeScalars.firstIndex(of: ":") ?? text.startIndex)
        let rest = text.unicodeScalars[scheme.endIndex...]
        guard rest.starts(with: "://".unicodeScalars), isScheme(scheme) else {
            return Complaint("is not an absolute URL", hint: "write it with its scheme: https://…")
        }
        guard schemes.contains(scheme.lowercased()) else {
            return Complaint("is not an http or https URL")
        }
        let authority = Substring(rest.dropFirst(3).prefix { !"/?#".unicodeScalars.contains($0) })
        let complaint = complaint(aboutAuthority: authority, for: use)
        // A password may contain a '/', so that most of it comes after what looks like the host.
        if authority.unicodeScalars.contains("@") || complaint != nil && text.unicodeScalars.contains("@") {
            let hint = "remove everything before the '@'"
            return Complaint("has a user name or password in it", hint: hint, isSecret: true)
        }
        if let complaint { return complaint }
        guard use.isChecked, text.unicodeScalars.count > maximumLength else { return nil }
        return Complaint("is longer than \(maximumLength) characters, Authentik's limit")
    }

    /// White space, or a character that must be percent-encoded.
    ///
    /// Nothing is repeated that may be part of a password.
    static func badCharacter(in text: String) -> Complaint? {
        let isBad = { (scalar: Unicode.Scalar) in
            switch scalar {
            case "<", ">", "\"", "\\", "^", "`": true
            default: scalar.isWhitespace
            }
        }
        guard let bad = text.unicodeScalars.first(where: isBad) else { return nil }
        if bad.isWhitespace {
            return Complaint("has white space in it", hint: "write a space as %20")
        }
        if text.unicodeScalars.contains("@") {
            return Complaint("has a character that is not allowed in a URL", isSecret: true)
        }
        return Complaint("has a '\(bad)' in it, which is not allowed in a URL")
    }

    /// Warns about a fragment, which a redirect URI must not have (RFC 6749, section 3.1.2).
    ///
    /// It is not an error, because Authentik accepts it and clients can handle it.
    static func fragment(in text: String) -> Complaint? {
        guard text.unicodeScalars.contains("#") else { return nil }
        let hint = "OAuth2 does not allow one in a redirect URI, although Authentik accepts it"
        return Complaint("has a fragment ('#…')", hint: hint, severity: .warning)
    }

    static func isScheme(_ text: Substring) -> Bool {
        text.utf8.first.map { $0.isASCIIAlphanumeric && !$0.isASCIIDigit } == true
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "+-.".utf8.contains($0) }
    }

    private static func complaint(aboutAuthority authority: Substring, for use: Use) -> Complaint? {
        let (host, port) = split(authority)
        return port.flatMap { complaint(aboutPort: $0, for: use) } ?? complaint(aboutHost: host, for: use)
    }

    /// The parts before and after the colon that ends a host.
    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        let bracket = authority.hasPrefix("[") ? authority.unicodeScalars.lastIndex(of: "]") : nil
        let tail = authority.unicodeScalars[(bracket ?? authority.startIndex)...]
        guard let colon = tail.firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], Substring(tail[colon...].dropFirst()))
    }

    private static func complaint(aboutPort port: Substring, for use: Use) -> Complaint? {
        let isNumber = (1...5).contains(port.utf8.count) && port.utf8.allSatisfy(\.isASCIIDigit)
        guard isNumber, (1...65535).contains(Int(port) ?? 0) else {
            return Complaint("has no valid port", hint: "a port is a number from 1 to 65535")
        }
        guard use.isChecked, port.utf8.count == 1 else { return nil }
        return Complaint("has a one-digit port, which Authentik rejects")
    }

    private static func complaint(aboutHost host: Substring, for use: Use) -> Complaint? {
        if host.isEmpty { return Complaint("has no host") }
        if use == .launch, host.utf8.contains(UInt8(ascii: "%")), host.contains("%(") {
            if HostName.isPlaceholder(host) { return nil }
            let hint = "Authentik accepts placeholders only at the beginning of a host, before letters or digits"
            return Complaint("has a placeholder in its host that Authentik rejects", hint: hint)
        }
        return HostName.complaint(String(host)).map { complaint in
            Complaint("has a host that \(complaint.message)", hint: complaint.hint)
        }
    }
}
