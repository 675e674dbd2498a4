import Base

/// The parts of a URL, to report in which parts two URLs differ.
package struct AddressParts: Sendable, Equatable {
    /// The cases are in the order of the parts in a URL.
    package enum Part: String, Sendable, CaseIterable {
        case scheme, host, port, path, query
    }

    private let values: [Part: String]

    /// Accepts any text; text that is not part of a URL counts as the path.
    package init(_ text: String) {
        var values: [Part: String] = [:]
        var rest = text[...]
        if let end = rest.firstRange(of: "://") {
            values[.scheme] = rest[..<end.lowerBound].lowercased()
            rest = rest[end.upperBound...]
            let authority = rest.prefix { !"/?#".contains($0) }
            rest = rest[authority.endIndex...]
            let (host, port) = Self.split(authority)
            values[.host] = host.lowercased()
            values[.port] = port ?? Self.standardPorts[values[.scheme] ?? ""]
        } else if let colon = rest.firstIndex(of: ":") {
            // A scheme of an app's own (RFC 8252, section 7.1).
            values[.scheme] = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        let path = rest.prefix { !"?#".contains($0) }
        values[.path] = path.isEmpty && values[.host] != nil ? "/" : String(path)
        values[.query] = String(rest[path.endIndex...])
        self.values = values
    }

    private static let standardPorts = ["https": "443", "http": "80"]

    private static func split(_ authority: Substring) -> (host: String, port: String?) {
        let start = authority.lastIndex(of: "]") ?? authority.startIndex
        guard let colon = authority[start...].firstIndex(of: ":") else { return (String(authority), nil) }
        return (String(authority[..<colon]), String(authority[authority.index(after: colon)...]))
    }

    /// The parts that differ, in the order of the cases.
    ///
    /// A standard port that follows from a different scheme is not reported separately.
    package func differences(from expected: AddressParts) -> [Part] {
        Part.allCases.filter { part in
            guard values[part] != expected.values[part] else { return false }
            return part != .port || !(hasStandardPort && expected.hasStandardPort)
        }
    }

    package func isSameOrigin(as other: AddressParts) -> Bool {
        [.scheme, .host, .port].allSatisfy { values[$0] == other.values[$0] }
    }

    private var hasStandardPort: Bool { values[.port] == Self.standardPorts[values[.scheme] ?? ""] }

    /// `scheme 'http' instead of 'https', port '8443' instead of '443'`; nil if both are equivalent.
    package func text(ofDifferencesFrom expected: AddressParts) -> String? {
        let parts = differences(from: expected).map { part in
            "\(part) \(Self.quoted(values[part])) instead of \(Self.quoted(expected.values[part]))"
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private static func quoted(_ value: String?) -> String {
        value.map { $0.isEmpty ? "none" : "'\($0)'" } ?? "none"
    }
}

extension [String] {
    /// The one of these URLs that differs least from another; the first of several.
    func nearest(to url: String) -> String? {
        let expected = AddressParts(url)
        return self.min { left, right in
            AddressParts(left).differences(from: expected).count < AddressParts(right).differences(from: expected).count
        }
    }
}
