import Base
import Kinds
internal import YAMLDocument

/// Reads a mapping by its schema.
struct MappingReader {
    let log: DiagnosticLog
    let schema: Schema
    /// Ends each message: ` in secretRef`; empty for a mapping that the log names.
    var place = ""

    /// The known fields; reports unknown fields and wrong values.
    ///
    /// A field that an unknown one was probably meant to be counts as given but invalid, so that it is not reported as
    /// missing too.
    func values(of pairs: [YAMLPair]) -> ReadFields {
        var values = ReadFields()
        for pair in pairs {
            if let field = schema[pair.key] {
                values[field.name] = entry(ValueReader(log: log, place: place).value(of: pair, field), pair)
            } else if let meant = reportUnknown(pair), values[meant] == nil {
                values[meant] = entry(.invalid, pair)
                values[meant]?.isGuess = true
            }
        }
        return values
    }

    private func entry(_ value: ReadValue, _ pair: YAMLPair) -> ReadFields.Entry {
        ReadFields.Entry(value: value, keyPosition: pair.keyPosition, node: pair.value)
    }

    /// Returns the field that was probably meant.
    ///
    /// An unknown field may hold a secret: its lines are shown only if its name is a misspelling of a known field
    /// that is not secret.
    private func reportUnknown(_ pair: YAMLPair) -> FieldName? {
        let looksSecret = SecretWords.appear(in: pair.key)
        let (meant, hint) = log.isFull ? (nil, nil) : guess(pair, looksSecret: looksSecret)
        let isSlip =
            meant.map { Suggestion.isSlip(pair.key, $0.rawValue) || schema.meaning(of: pair.key)?.field == $0 } ?? false
        if looksSecret || schema.mayHoldSecret || meant == .secretRef || !isSlip { log.hide(pair) }
        let name = mayRepeat(pair, meant) ? " \(YAMLProblem.quote(pair.key))" : ""
        log.error("unknown field\(name)\(place)", hint: hint, at: pair.keyPosition)
        return meant
    }

    /// Whether a key looks like a field name; otherwise it may be a secret, as in `{slug: a, hunter2}`.
    private func mayRepeat(_ pair: YAMLPair, _ meant: FieldName?) -> Bool {
        if meant != nil { return true }
        if schema.mayHoldSecret || pair.value.isNull { return false }
        return pair.key.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "-_".unicodeScalars.contains($0) }
    }

    private func guess(_ pair: YAMLPair, looksSecret: Bool) -> (meant: FieldName?, hint: String?) {
        let key = pair.key
        if let meaning = schema.meaning(of: key) {
            return (meaning.field, meaning.field.flatMap { spelling(of: $0, pair.value) } ?? meaning.hint)
        }
        if key.hasPrefix(Schema.extensionPrefix) {
            return (nil, "fields that begin with '\(Schema.extensionPrefix)' are allowed at the top of the file only")
        }
        let near = Suggestion.nearest(to: key, among: schema.fields.map(\.name.rawValue))
        let isSlip = near.map { Suggestion.isSame(key, $0) } ?? false
        if !isSlip {
            if looksSecret && schema[.secretRef] != nil {
                return (.secretRef, "secrets are referenced, never written: use secretRef")
            }
            // In a reference to a secret, a misspelling is likelier than a misplaced field.
            if near == nil || !schema.mayHoldSecret, let other = Schema.all.first(where: { $0[key] != nil }) {
                return (nil, "it belongs \(other.place)")
            }
            if near == nil, let (field, other) = Schema.field(withAttribute: key) {
                return (nil, "it is '\(field.name.rawValue)' \(other.place)")
            }
        }
        if let near { return (FieldName(rawValue: near), "did you mean '\(near)'?") }
        return (nil, schema.hintForUnknown)
    }
}

extension MappingReader {
    /// The correct form of a field that is given as a mapping, as in `check: {path: /login}`; nil if unknown.
    private func spelling(of field: FieldName, _ node: YAMLNode) -> String? {
        guard field == .loginURL, case .mapping(let pairs) = node.content, pairs.count == 1, let pair = pairs.first,
            pair.key == "path", case .scalar(let path) = pair.value.content, path.text.hasPrefix("/"),
            TextRule.loginURL.check(path.text) == nil
        else { return nil }
        return "write it as 'loginURL: \(path.text)'"
    }
}

/// Words in the names of fields that may hold a secret.
enum SecretWords {
    private static let words = [
        "secret", "password", "passwd", "passphrase", "token", "apikey", "credential", "privatekey",
    ]

    static func appear(in text: String) -> Bool {
        let folded = text.lowercased().filter { $0 != "-" && $0 != "_" }
        return words.contains { folded.contains($0) }
    }
}
