import NIOCore

/// Which URLs Authentik takes: like Django's own check, but a host needs no domain.
///
/// Source: `DomainlessURLValidator` and `DomainlessFormattedURLValidator` in `authentik/lib/models.py`, on top of
/// `URLValidator` in `django/core/validators.py`.
struct URLCheck {
    let schemes: Set<String>
    /// Whether placeholders such as `%(username)s` may begin the host.
    let allowsPlaceholders: Bool

    static let launch = URLCheck(schemes: ["http", "https", "ftp", "ftps", "blank"], allowsPlaceholders: true)
    static let logout = URLCheck(schemes: ["http", "https", "blank"], allowsPlaceholders: false)

    /// - Returns: what is wrong with a text; nil if it is a URL.
    func error(in text: String) -> String? {
        accepts(text) ? nil : "Enter a valid URL."
    }

    private func accepts(_ text: String) -> Bool {
        guard text.unicodeScalars.count <= 2048, !text.unicodeScalars.contains(where: \.properties.isWhitespace),
            let separator = text.firstRange(of: "://"),
            schemes.contains(text[..<separator.lowerBound].lowercased())
        else { return false }
        var authority = Array(text[separator.upperBound...].prefix { !"/?#".contains($0) }.unicodeScalars)[...]
        if let at = authority.firstIndex(of: "@") {
            guard isUser(authority[..<at]) else { return false }
            authority = authority[at...].dropFirst()
        }
        guard let split = split(authority), isPort(split.port) else { return false }
        if split.host.first == "[" {
            let address = Self.text(split.host.dropFirst().dropLast())
            let isPlain = address.utf8.allSatisfy { ":.".utf8.contains($0) || Self.isHexDigit($0) }
            return isPlain && address.contains(":") && (try? SocketAddress(ipAddress: address, port: 0)) != nil
        }
        return split.host.count <= 253 && isHost(split.host)
    }

    /// `name`, or `name:password`, which may be empty.
    private func isUser(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        let colons = text.indices.filter { text[$0] == ":" }
        return !text.isEmpty && text.first != ":" && colons.count <= 1
            && !text.contains { "[]".unicodeScalars.contains($0) }
    }

    /// - Returns: nil if a bracket is not closed.
    private func split(
        _ text: ArraySlice<Unicode.Scalar>
    ) -> (host: ArraySlice<Unicode.Scalar>, port: ArraySlice<Unicode.Scalar>)? {
        var end = text.firstIndex(of: ":") ?? text.endIndex
        if text.first == "[" {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            end = bracket + 1
        }
        return (text[..<end], text[end...])
    }

    /// Nothing, or a colon and two to five digits of any script.
    private func isPort(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        if text.isEmpty { return true }
        let digits = text.dropFirst()
        return text.first == ":" && (2...5).contains(digits.count)
            && digits.allSatisfy { $0.properties.generalCategory == .decimalNumber }
    }

    private func isHost(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard !labels.isEmpty else { return false }
        let first = labels.removeFirst()
        guard labels.allSatisfy(Self.isLabel) else { return false }
        if Self.isLabel(first) { return true }
        guard allowsPlaceholders else { return false }
        // The pattern of placeholders takes any number of letters and of '%()', and gives back what a label needs.
        let most = first.prefix { $0.isASCII && ($0.properties.isAlphabetic || "%()".unicodeScalars.contains($0)) }
            .endIndex
        return first.indices.contains { $0 <= most && Self.isLabel(first[$0...]) }
    }

    private static func isLabel(_ label: ArraySlice<Unicode.Scalar>) -> Bool {
        (1...63).contains(label.count) && label.first != "-" && label.last != "-"
            && label.allSatisfy { scalar in
                scalar == "-" || (0xA1...0xFFFF).contains(scalar.value)
                    || (scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)))
            }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        scalars.reduce(into: "") { $0.unicodeScalars.append($1) }
    }
}
