import Base
import Kinds
internal import YAMLDocument

/// Reads a mapping by its schema.
struct MappingReader {
    let log: DiagnosticLog
    let schema: Schema
    /// Ends each message: ` in service 'grafana'`; empty for the file itself.
    let place: String

    /// All fields that are known; what is wrong with them, and with the others, is reported.
    ///
    /// A field that was probably meant by an unknown one counts as given and wrong: whatever depends on it need not be
    /// reported as missing too.
    func values(of pairs: [YAMLPair]) -> ReadFields {
        var values = ReadFields()
        for pair in pairs {
            if let field = schema[pair.key] {
                values[field.name] = entry(ValueReader(log: log, place: place).value(of: pair, field), pair)
            } else if let meant = reportUnknown(pair), values[meant] == nil {
                values[meant] = entry(.invalid, pair)
            }
        }
        return values
    }

    private func entry(_ value: ReadValue, _ pair: YAMLPair) -> ReadFields.Entry {
        ReadFields.Entry(value: value, keyPosition: pair.keyPosition, node: pair.value)
    }

    /// Returns the field that was probably meant.
    ///
    /// Nobody knows what an unknown field holds: its lines are shown only if it is a slip in the name of one that is
    /// known, and no secret.
    private func reportUnknown(_ pair: YAMLPair) -> FieldName? {
        let looksSecret = SecretWords.appear(in: pair.key)
        let (meant, hint) = log.isFull ? (nil, nil) : guess(pair.key, looksSecret: looksSecret)
        let isSlip =
            meant.map { Suggestion.isSlip(pair.key, $0.rawValue) || schema.field(called: pair.key) == $0 } ?? false
        if looksSecret || schema.mayHoldSecret || meant == .secretRef || !isSlip { log.hide(pair) }
        let name = mayRepeat(pair, meant) ? " \(YAMLProblem.quote(pair.key))" : ""
        log.error("unknown field\(name)\(place)", hint: hint, at: pair.keyPosition)
        return meant
    }

    /// Whether a key looks like the name of a field; what does not may be a secret itself, as in `{slug: a, hunter2}`.
    private func mayRepeat(_ pair: YAMLPair, _ meant: FieldName?) -> Bool {
        if meant != nil { return true }
        if schema.mayHoldSecret || pair.value.isNull { return false }
        return pair.key.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || "-_".unicodeScalars.contains($0) }
    }

    private func guess(_ key: String, looksSecret: Bool) -> (meant: FieldName?, hint: String?) {
        if let meant = schema.field(called: key) { return (meant, "did you mean '\(meant.rawValue)'?") }
        let near = Suggestion.nearest(to: key, among: schema.fields.map(\.name.rawValue))
        let isSlip = near.map { Suggestion.isSame(key, $0) } ?? false
        if !isSlip {
            if looksSecret && schema[.secretRef] != nil {
                return (.secretRef, "secrets are referenced, never written: use secretRef")
            }
            // In a reference to a secret a slip is likelier than a field of something else.
            if near == nil || !schema.mayHoldSecret, let other = Schema.all.first(where: { $0[key] != nil }) {
                return (nil, "it belongs \(other.place)")
            }
        }
        if let near { return (FieldName(rawValue: near), "did you mean '\(near)'?") }
        return (nil, schema.hintForUnknown)
    }
}

/// Words that tell that something beside them may be a secret.
enum SecretWords {
    private static let words = [
        "secret", "password", "passwd", "passphrase", "token", "apikey", "credential", "privatekey",
    ]

    static func appear(in text: String) -> Bool {
        let folded = text.lowercased().filter { $0 != "-" && $0 != "_" }
        return words.contains { folded.contains($0) }
    }
}
