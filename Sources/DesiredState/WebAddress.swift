/// Checks of URLs: as much as is needed to foresee what Authentik refuses.
enum WebAddress {
    /// What is wrong with an http or https URL.
    @Sendable static func complaint(aboutWebURL text: String) -> Complaint? {
        check(text, withPlaceholders: false)
    }

    /// The same, where `%(username)s` and the like may stand for parts of it.
    @Sendable static func complaint(aboutLaunchURL text: String) -> Complaint? {
        check(text, withPlaceholders: true)
    }

    /// White space, or what a URL must have percent-encoded.
    static func badCharacter(in text: String) -> Complaint? {
        let isBad = { (scalar: Unicode.Scalar) in
            scalar.properties.isWhitespace || "<>\"\\^`".unicodeScalars.contains(scalar)
        }
        guard let bad = text.unicodeScalars.first(where: isBad) else { return nil }
        return bad.properties.isWhitespace
            ? Complaint("has white space in it", hint: "a space is written %20")
            : Complaint("has a '\(bad)' in it, which no URL may have")
    }

    /// RFC 6749, section 3.1.2: a redirect URI has no fragment.
    static func fragment(in text: String) -> Complaint? {
        text.contains("#") ? Complaint("has a fragment ('#…')", hint: "OAuth2 allows none in a redirect URI") : nil
    }

    static func isScheme(_ text: Substring) -> Bool {
        text.utf8.first.map { $0.isASCIIAlphanumeric && !$0.isASCIIDigit } == true
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "+-.".utf8.contains($0) }
    }

    private static func check(_ text: String, withPlaceholders: Bool) -> Complaint? {
        if let complaint = badCharacter(in: text) { return complaint }
        guard let slashes = text.firstRange(of: "://"), isScheme(text[..<slashes.lowerBound]) else {
            return Complaint("is not an absolute URL", hint: "write it with its scheme: https://…")
        }
        guard Origin.schemes.contains(text[..<slashes.lowerBound].lowercased()) else {
            return Complaint("is not an http or https URL")
        }
        let authority = text[slashes.upperBound...].prefix { !"/?#".contains($0) }
        if authority.contains("@") {
            let hint = "leave out what is before the '@'"
            return Complaint("has a user name or password in it", hint: hint, isSecret: true)
        }
        if withPlaceholders && authority.contains("%(") { return nil }
        let split = HostName.splitPort(String(authority))
        if let port = split?.port, !(1...65535).contains(Int(port) ?? 0) {
            return Complaint("has no valid port", hint: "a port is a number from 1 to 65535")
        }
        let host = split?.host ?? String(authority)
        if host.isEmpty { return Complaint("has no host in it") }
        return HostName.complaint(host).map { Complaint("has a host that \($0.message)", hint: $0.hint) }
    }
}
