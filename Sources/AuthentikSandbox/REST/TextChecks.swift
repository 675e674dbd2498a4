import FoundationEssentials
import JSON
import NIOCore

/// Which URLs Authentik accepts: like Django's own check, but a host needs no domain.
///
/// Source: `DomainlessURLValidator` and `DomainlessFormattedURLValidator` in `authentik/lib/models.py`, on top of
/// `URLValidator` in `django/core/validators.py`.
struct URLCheck {
    let schemes: Set<String>
    /// Whether placeholders such as `%(username)s` may begin the host.
    let allowsPlaceholders: Bool

    static let launch = URLCheck(schemes: ["http", "https", "ftp", "ftps", "blank"], allowsPlaceholders: true)
    static let host = URLCheck(schemes: ["http", "https"], allowsPlaceholders: false)
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

    /// An optional port: a colon and two to five digits of any script.
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
        // The pattern of placeholders matches any number of letters and of '%()', and gives back what a label needs.
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

/// Which names Authentik accepts for an icon: a URL, a Font Awesome icon (`fa://…`), or the path of a file in its
/// storage.
///
/// Source: `authentik/admin/files/validation.py`, 2025.12.
enum FileNameCheck {
    /// - Returns: what is wrong with a name; nil if nothing is.
    static func error(in name: String) -> String? {
        if isURL(name) || name.hasPrefix("/static/") { return nil }
        let parts = name.split(separator: "/")
        let isAllowed = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "._-/".utf8.contains(byte)
            }
        }
        if !isAllowed {
            return "File name can only contain letters (a-z, A-Z), numbers (0-9), dots (.), hyphens (-), "
                + "underscores (_), and forward slashes (/)"
        }
        if name.contains("//") { return "File name cannot contain duplicate /" }
        if name.hasPrefix("/") { return "Absolute paths are not allowed" }
        if parts.contains("..") { return "Parent directory references ('..') are not allowed" }
        if name.hasPrefix(".") { return "Paths cannot start with '.'" }
        if name.utf8.count > 1024 { return "File name too long (max 1024 characters)" }
        if parts.contains(where: { $0.utf8.count > 255 }) { return "Path component too long (max 255 characters)" }
        return nil
    }

    /// The URL that a browser loads for a name; nil if there is none.
    ///
    /// The URL of a file in Authentik's storage changes each time: it allows loading the file for a quarter of an hour,
    /// by a JSON Web Token (RFC 7519). The sandbox has no files, and does not sign it.
    static func url(of name: String, at now: Date = Date()) -> String? {
        if name.isEmpty { return nil }
        if isURL(name) || name.hasPrefix("/static/") { return name }
        let seconds = Int(now.timeIntervalSince1970)
        let claims: JSONValue = [
            "path": .string("media/public/\(name)"), "exp": .integer(seconds + 900), "nbf": .integer(seconds - 15),
        ]
        let parts = [Data(#"{"alg":"HS256","typ":"JWT"}"#.utf8), Data(claims.serialized())].map { part in
            part.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        return "/files/media/public/\(name)?token=\(parts.joined(separator: ".")).\(Random.alphanumeric(43))"
    }

    /// The path for a name that is not checked, before 2025.12: below the media folder, normalized.
    static func publicPath(of name: String) -> String? {
        if name.isEmpty { return nil }
        if isURL(name) || name.hasPrefix("/static/") { return name }
        var parts: [Substring] = ["media", "public"]
        for part in name.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static func isURL(_ name: String) -> Bool {
        ["fa://", "http://", "https://"].contains { name.hasPrefix($0) }
    }
}

/// Authentik's spelling of durations: `hours=3;minutes=1`.
///
/// Source: `timedelta_string_validator` in `authentik/lib/utils/time.py`.
enum TimedeltaCheck {
    /// - Returns: what is wrong with a text; nil if it is a duration.
    static func error(in text: String) -> String? {
        isDuration(text) ? nil : "\(text) is not in the correct format of 'hours=3;minutes=1'."
    }

    /// The length of each unit in days.
    private static let days: [String: Double] = [
        "microseconds": 1 / 86_400_000_000, "milliseconds": 1 / 86_400_000, "seconds": 1.0 / 86_400,
        "minutes": 1.0 / 1_440, "hours": 1.0 / 24, "days": 1, "weeks": 7,
    ]

    /// Every part must be a pair; unknown units are ignored, but at least one must be known, and the sum must be in the
    /// range of Python's `timedelta`.
    private static func isDuration(_ text: String) -> Bool {
        var values: [String: Double] = [:]
        for part in text.split(separator: ";", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2 else { return false }
            let unit = pair[0].lowercased()
            guard days[unit] != nil else { continue }
            // Python's float has no hexadecimal digits.
            guard !pair[1].lowercased().contains("x"), let value = Double(String(pair[1]).trimmed) else { return false }
            values[unit] = value
        }
        let sum = values.reduce(0) { $0 + $1.value * (days[$1.key] ?? 0) }
        return !values.isEmpty && sum.isFinite && abs(sum) < 1_000_000_000
    }
}
