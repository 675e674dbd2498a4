internal import YAMLDocument

/// Reads a mapping by its schema.
struct MappingReader {
    let log: DiagnosticLog
    let schema: Schema
    /// Ends each message: ` in service 'grafana'`; empty for the file itself.
    let place: String

    /// All fields that are known; what is wrong with them, and with the others, is reported.
    func values(of pairs: [YAMLPair]) -> FieldValues {
        var values = FieldValues()
        for pair in pairs {
            guard let field = schema[pair.key] else {
                reportUnknown(pair)
                continue
            }
            let value = ValueReader(log: log, place: place).value(of: pair, field)
            values[field.name] = FieldValues.Entry(
                value: value,
                keyPosition: pair.keyPosition,
                position: pair.value.position
            )
        }
        return values
    }

    private func reportUnknown(_ pair: YAMLPair) {
        let looksSecret = SecretWords.appear(in: pair.key)
        if looksSecret || schema.mayHoldSecret { log.hide(pair) }
        let names = schema.fields.map(\.name.rawValue)
        let near = Suggestion.nearest(to: pair.key, among: names)
        // The key of a misread reference may be the secret itself.
        let name = schema.mayHoldSecret && near == nil ? "" : " \(YAMLProblem.quote(pair.key))"
        let hint = hint(for: pair.key, looksSecret: looksSecret, near: near)
        log.error("unknown field\(name)\(place)", hint: hint, at: pair.keyPosition)
    }

    private func hint(for key: String, looksSecret: Bool, near: String?) -> String? {
        if let near, Suggestion.isSame(key, near) { return "did you mean '\(near)'?" }
        if schema.mayHoldSecret && near == nil { return "a secret is referenced by one of 'env', 'file'" }
        if looksSecret && schema[.secretRef] != nil {
            return "secrets are referenced, never written: use secretRef"
        }
        if let near { return "did you mean '\(near)'?" }
        if let other = Schema.all.first(where: { $0[key] != nil }) { return "it belongs \(other.place)" }
        return nil
    }
}
