import Kinds

/// The content of a key of a published object, or of a tool's setting: text with values in it.
///
/// A value by itself and a constant are the simplest ones.
package struct PublishedText: Sendable, Hashable {
    package enum Part: Sendable, Hashable {
        case text(String)
        case value(PublishedValue)
    }

    package let parts: [Part]
    /// How values are quoted; not at all in the file's templates.
    package var quoting = Quoting.none

    private init(_ parts: [Part]) { self.parts = parts }

    package static func value(_ value: PublishedValue) -> Self { Self([.value(value)]) }

    package static func constant(_ text: String) -> Self { Self([.text(text)]) }

    package var values: Set<PublishedValue> {
        Set(
            parts.compactMap { part in
                if case .value(let value) = part { value } else { nil }
            }
        )
    }

    /// - Parameter value: the text of a value.
    package func filled(_ value: (PublishedValue) -> String) -> String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .text(let part): text += part
            case .value(let name): text += quoting.quote(value(name))
            }
        }
    }
}

extension PublishedText {
    /// What is wrong with a template.
    package enum Mistake: Error, Hashable {
        /// A brace that neither begins nor ends a placeholder.
        case brace
        case unknown(placeholder: String)
    }

    /// Reads `https://sso.example.net/{clientID}`: the name of a value in braces is replaced by the value, and a
    /// literal brace is written twice.
    package init(template: String) throws(Mistake) {
        var parts: [Part] = []
        var text = ""
        var rest = template[...]
        while let character = rest.popFirst() {
            switch character {
            case "{", "}":
                if rest.first == character {
                    text.append(rest.removeFirst())
                    continue
                }
                guard character == "{", let end = rest.firstIndex(where: { "{}".contains($0) }), rest[end] == "}" else {
                    throw .brace
                }
                let name = String(rest[..<end])
                guard let value = PublishedValue(rawValue: name) else { throw .unknown(placeholder: name) }
                if !text.isEmpty { parts.append(.text(text)) }
                text = ""
                parts.append(.value(value))
                rest = rest[rest.index(after: end)...]
            default: text.append(character)
            }
        }
        if !text.isEmpty { parts.append(.text(text)) }
        self.init(parts)
    }

    /// A template of this program's own, whose values are quoted.
    static func template(_ text: String, quoting: Quoting = .none) -> Self {
        do {
            var template = try Self(template: text)
            template.quoting = quoting
            return template
        } catch {
            preconditionFailure("a template of this program is wrong: \(error)")
        }
    }
}

extension PublishedText {
    /// How a value is quoted, so that the reader of the text gets exactly that value.
    package enum Quoting: Sendable, Hashable {
        /// As it is.
        case none
        /// In double quotes, as in JSON (RFC 8259, section 7), which YAML accepts (YAML 1.2, section 7.3.1).
        case json
        /// In single quotes, as in a shell (POSIX.1-2017, Shell Command Language, section 2.2.2).
        case shell
        /// As JSON, within a shell's single quotes.
        case jsonInShell

        package func quote(_ text: String) -> String {
            switch self {
            case .none: text
            case .json: "\"\(text.unicodeScalars.reduce(into: "") { $0 += Self.escaped($1) })\""
            case .shell: "'\(Self.withinSingleQuotes(text))'"
            case .jsonInShell: Self.withinSingleQuotes(Self.json.quote(text))
            }
        }

        private static func withinSingleQuotes(_ text: String) -> String { text.replacing("'", with: "'\\''") }

        private static func escaped(_ scalar: Unicode.Scalar) -> String {
            switch scalar {
            case "\"", "\\": return "\\\(scalar)"
            case "\n": return "\\n"
            default:
                guard scalar.value < 0x20 else { return String(scalar) }
                let digits = String(scalar.value, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
    }
}
