/// Which URLs Authentik takes: like Django's own check, but a host needs no domain.
///
/// Source: `DomainlessURLValidator` and `DomainlessFormattedURLValidator` in `authentik/lib/models.py`.
struct URLCheck {
    let schemes: Set<String>
    /// Whether placeholders such as `%(username)s` may begin the host.
    let allowsPlaceholders: Bool

    static let launch = URLCheck(schemes: ["http", "https", "ftp", "ftps", "blank"], allowsPlaceholders: true)
    static let logout = URLCheck(schemes: ["http", "https"], allowsPlaceholders: false)

    /// - Returns: what is wrong with a text; nil if it is a URL.
    func error(in text: String) -> String? {
        accepts(text) ? nil : "Enter a valid URL."
    }

    private func accepts(_ text: String) -> Bool {
        guard text.unicodeScalars.count <= 2048, !text.contains(where: \.isWhitespace),
            let separator = text.firstRange(of: "://"),
            schemes.contains(text[..<separator.lowerBound].lowercased())
        else { return false }
        var host = text[separator.upperBound...].prefix { !"/?#".contains($0) }
        if let at = host.lastIndex(of: "@") {
            let user = host[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard user[0] != "", !user.contains(where: { $0.contains("@") || $0.contains(":") }) else { return false }
            host = host[at...].dropFirst()
        }
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return false }
            let address = host[..<end].dropFirst()
            return address.contains(":") && address.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
                && isPort(host[end...].dropFirst())
        }
        let name = host.prefix { $0 != ":" }
        return isPort(host[name.endIndex...]) && isHost(name)
    }

    private func isPort(_ text: Substring) -> Bool {
        if text.isEmpty { return true }
        let digits = text.dropFirst()
        return (2...5).contains(digits.utf8.count) && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private func isHost(_ text: Substring) -> Bool {
        var text = text
        if allowsPlaceholders, text.contains("%") {
            // All of it may be a placeholder; of what follows one, a label that is still whole is looked at.
            text = text.drop { $0.isASCII && ($0.isLetter || "%()".contains($0)) }
            if text.isEmpty { return true }
            if text.hasPrefix(".") { text = text.dropFirst() }
        }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.unicodeScalars.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.unicodeScalars.allSatisfy { scalar in
                    scalar == "-" || scalar.value >= 0xA1
                        || (scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)))
                }
        }
    }
}
