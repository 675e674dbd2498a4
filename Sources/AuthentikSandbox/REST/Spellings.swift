import FoundationEssentials
import JSON

extension JSONValue {
    /// Python's name of the type, as in error messages.
    var pythonType: String {
        switch self {
        case .null: "NoneType"
        case .bool: "bool"
        case .integer: "int"
        case .double: "float"
        case .string: "str"
        case .array: "list"
        case .object: "dict"
        }
    }

    /// The value as text in an error message.
    var pythonText: String {
        switch self {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): String(value)
        case .double(let value): String(value)
        case .string(let value): value
        case .array, .object: String(decoding: serialized(), as: UTF8.self)
        }
    }

    static func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }

    /// Text, or null where Authentik has none.
    static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

    static func number(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
}

extension String {
    /// Without white space at both ends, as the REST framework stores text.
    var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}

extension UUID {
    /// A UUID in any spelling that Python accepts: with or without dashes, in braces, as a URN.
    init?(lenient text: String) {
        let digits = text.replacing("urn:", with: "").replacing("uuid:", with: "")
            .drop { $0 == "{" || $0 == "}" }
            .filter { $0 != "-" && $0 != "{" && $0 != "}" }
        guard digits.utf8.count == 32 else { return nil }
        var dashed = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { dashed.append("-") }
            dashed.append(digit)
        }
        self.init(uuidString: dashed)
    }

    /// As Authentik writes it: in lower case.
    var text: String { uuidString.lowercased() }

    /// As the audit log writes it: without dashes.
    var digits: String { text.replacing("-", with: "") }

    var json: JSONValue { .string(text) }
}

extension UUID? {
    var json: JSONValue { self?.json ?? .null }
}

extension Date {
    /// As Authentik writes it: RFC 3339 in UTC, with microseconds.
    var json: JSONValue {
        let total = Int64((timeIntervalSince1970 * 1_000_000).rounded(.down))
        let seconds = total / 1_000_000
        let micros = String(1_000_000 + total % 1_000_000).dropFirst()
        let text = Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
        return .string("\(text.dropLast()).\(micros)Z")
    }
}

/// Random text, from the system's generator.
enum Random {
    private static let alphanumerics = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    private static let hexadecimals = Array("0123456789abcdef")

    static func alphanumeric(_ count: Int) -> String { text(count, of: alphanumerics) }

    static func hexadecimal(_ count: Int) -> String { text(count, of: hexadecimals) }

    private static func text(_ count: Int, of alphabet: [Character]) -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<count).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] })
    }
}
