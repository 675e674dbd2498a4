import Base

/// HTML in which only literals and files of this program's source are markup.
///
/// Interpolated values are text and are escaped, unless they are ``HTML`` themselves: the compiler does not let any
/// other string become markup. The same escaping is used for text and for attributes, whose values are always quoted.
struct HTML: Sendable, ExpressibleByStringInterpolation {
    private(set) var markup: String

    init(stringLiteral markup: StaticString) {
        self.markup = markup.description
    }

    init(stringInterpolation parts: StringInterpolation) {
        markup = parts.markup
    }

    /// A file of this program's source, unchanged.
    init(_ file: SourceFile) {
        markup = String(decoding: file.bytes, as: UTF8.self)
    }

    /// Markup that is long enough for a file of its own; SwiftPM embeds these files in the code.
    enum SourceFile {
        case style, script

        fileprivate var bytes: [UInt8] {
            switch self {
            case .style: PackageResources.page_css
            case .script: PackageResources.page_js
            }
        }
    }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var markup = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            markup.reserveCapacity(literalCapacity + 32 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: StaticString) {
            markup += literal.description
        }

        mutating func appendInterpolation(_ text: String) {
            markup += text.escaped
        }

        mutating func appendInterpolation(_ number: Int) {
            markup += "\(number)"
        }

        mutating func appendInterpolation(_ html: HTML) {
            markup += html.markup
        }

        /// Nothing for nil.
        mutating func appendInterpolation(_ html: HTML?) {
            if let html { markup += html.markup }
        }

        mutating func appendInterpolation(_ parts: [HTML]) {
            for part in parts { markup += part.markup }
        }
    }
}

extension [HTML] {
    func joined(by separator: HTML) -> HTML {
        guard let first else { return "" }
        return dropFirst().reduce(into: first) { $0 = "\($0)\(separator)\($1)" }
    }
}

extension String {
    /// Safe in text and in a quoted attribute; characters that are invisible or reorder the text around them are
    /// spelled out.
    fileprivate var escaped: String {
        guard unicodeScalars.contains(where: { $0.escape != nil }) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if let escape = scalar.escape { text += escape } else { text.unicodeScalars.append(scalar) }
        }
    }
}

extension Unicode.Scalar {
    /// Its HTML escape; nil if it needs none.
    fileprivate var escape: String? {
        switch self {
        case "&": return "&amp;"
        case "<": return "&lt;"
        case ">": return "&gt;"
        case "\"": return "&quot;"
        case "'": return "&#39;"
        default: return isUnprintable ? "\\u{\(String(value, radix: 16))}" : nil
        }
    }
}

extension HTML {
    /// How a time is shown by the page's script; without the script, the time itself is shown.
    enum Telling {
        /// `3 min ago`, `in 42 s`.
        case distance
        /// `since 2026-11-24 13:00:05 UTC` becomes `for 3 min`.
        case since
        /// `now` once it has passed: for future events.
        case due

        fileprivate var name: HTML {
            switch self {
            case .distance: "distance"
            case .since: "since"
            case .due: "due"
            }
        }
    }

    /// A point in time.
    ///
    /// - Parameter isExact: whether the script shows the time in addition to the distance.
    static func time(_ moment: Timestamp, _ telling: Telling = .distance, isExact: Bool = false) -> HTML {
        let machine = moment.description
        let word: HTML? = if case .since = telling { "since " } else { nil }
        let exact: HTML? = isExact ? " data-exact" : nil
        return """
            <time datetime="\(machine)" data-tell="\(telling.name)"\(exact)>\(word)\(moment.forPeople)</time>
            """
    }
}

extension Timestamp {
    /// `2026-11-24 13:00:05 UTC`.
    fileprivate var forPeople: String {
        let text = description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
    }
}
