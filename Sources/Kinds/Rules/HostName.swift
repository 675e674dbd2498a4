import Base

/// Rules of host names (RFC 1123) and IP addresses.
enum HostName {
    static func complaint(_ text: String) -> Complaint? {
        if text.unicodeScalars.contains(":") || text.hasPrefix("[") {
            return isIPv6(text) ? nil : Complaint("is not a valid IP address")
        }
        if text.utf8.contains(UInt8(ascii: "*")) {
            return Complaint("has a '*' in it", hint: "write one host name; wildcards are not supported here")
        }
        if text.utf8.contains(where: { $0 >= 0x80 }) {
            return Complaint("has letters that are not allowed in a host name", hint: "write it in its 'xn--' form")
        }
        let labels = text.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false).map(Substring.init)
        let isName = text.utf8.count <= 253 && labels.allSatisfy(isLabel)
        guard isName else {
            return Complaint(
                "is not a valid host name",
                hint: "use letters, digits and '-' in parts separated by '.'"
            )
        }
        let looksNumeric = labels.last?.utf8.allSatisfy(\.isASCIIDigit) == true
        return looksNumeric && !isIPv4(text) ? Complaint("is not a valid IP address") : nil
    }

    /// Splits `name:8443` at its only colon, or `[::1]:8443` after its bracket; nil if there is no such colon.
    static func splitPort(_ text: String) -> (host: String, port: String)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let host = text[..<colon]
        guard !host.contains(":") || host.hasSuffix("]") else { return nil }
        return (String(host), String(text[text.index(after: colon)...]))
    }

    /// Whether Authentik accepts a host that begins with placeholders such as `%(username)s`.
    ///
    /// What follows them in the first label must be a valid label; the last letters of a placeholder may be part of it.
    static func isPlaceholder(_ host: Substring) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard host.utf8.count <= 253, let first = labels.first, labels.dropFirst().allSatisfy(isLabel) else {
            return false
        }
        let isOfPlaceholder = { (byte: UInt8) in
            byte.isASCIIAlphanumeric && !byte.isASCIIDigit || "%()".utf8.contains(byte)
        }
        let most = first.utf8.prefix(while: isOfPlaceholder).endIndex
        return first.indices.contains { $0 <= most && isLabel(first[$0...]) }
    }

    private static func isLabel(_ label: Substring) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(label.utf8.count) && label.utf8.first != hyphen && label.utf8.last != hyphen
            && label.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == hyphen }
    }

    private static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.allSatisfy(\.isASCIIDigit) && UInt8(part) != nil && (part == "0" || !part.hasPrefix("0"))
            }
    }

    /// With or without brackets; no zone, since it means nothing elsewhere.
    private static func isIPv6(_ text: String) -> Bool {
        var text = text
        if text.hasPrefix("[") {
            guard text.hasSuffix("]") else { return false }
            text = String(text.dropFirst().dropLast())
        }
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return false }
        var groups = 0
        for half in halves where !half.isEmpty {
            let parts = half.split(separator: ":", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                let isLast = index == parts.count - 1 && half.endIndex == text.endIndex
                if isLast && part.contains(".") {
                    guard isIPv4(String(part)) else { return false }
                    groups += 2
                } else {
                    guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(\.isASCIIHexDigit) else {
                        return false
                    }
                    groups += 1
                }
            }
        }
        return halves.count == 2 ? groups <= 7 : groups == 8
    }
}
