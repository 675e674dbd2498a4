import Kinds
internal import YAMLDocument

/// The fields that `forwardAuth` sets, with their positions.
struct ReadForwardAuth {
    var values: ReadFields
    var mode: ProxyProvider.Mode

    /// The rows that the mapping sets directly.
    static let plainRows = ProxyProvider.fields.rows.filter { row in
        let others = [
            ProxyProvider.Row.name, ProxyProvider.Row.mode, ProxyProvider.Row.externalHost, ProxyProvider.Row.basicAuth,
            ProxyProvider.Row.basicAuthUser, ProxyProvider.Row.basicAuthPassword,
        ]
        return !others.contains { $0.name == row.name }
    }
}

extension ValueReader {
    /// `{mode: MODE, outpost: NAME, …}`.
    ///
    /// | `mode` | required | optional |
    /// |---|---|---|
    /// | `single` | | |
    /// | `domain` | `cookieDomain` | |
    /// | `proxy` | `upstream` | `verifyUpstreamTLS` |
    ///
    /// Fields of another mode are errors.
    func forwardAuth(_ pair: YAMLPair) -> ReadForwardAuth? {
        let node = pair.value
        if case .scalar(let scalar) = node.content, ProxyProvider.Mode(word: scalar.text) != nil {
            let hint = "write it as '\(pair.key): {mode: \(scalar.text)}'"
            log.error("\(pair.key) must be a mapping of fields, not text\(place)", hint: hint, at: node.position)
            return nil
        }
        guard let pairs = pairs(node, pair.key) else { return nil }
        let inside = " in \(pair.key)\(place)"
        let values = MappingReader(log: log, schema: .forwardAuth, place: inside).values(of: pairs)
        for (field, entry) in values.entries {
            guard case .unset = entry.value else { continue }
            log.error(
                "\(field.rawValue) has no value\(inside)",
                hint: "give it one, or remove the field",
                at: entry.position
            )
        }
        let mode = values.word(.mode).flatMap { (word: ForwardAuthMode) in ProxyProvider.Mode(word: word.rawValue) }
        let read = ReadForwardAuth(values: values, mode: mode ?? .single)
        guard check(read, at: node.position, inside), values.entries.values.allSatisfy(\.isGood) else { return nil }
        return read
    }

    private func check(_ read: ReadForwardAuth, at position: YAMLPosition, _ inside: String) -> Bool {
        guard !read.values.isInvalid(.mode) else { return false }
        var isRight = true
        for row in ProxyProvider.fields.rows {
            guard let only = ProxyProvider.Mode.only(with: row), only != read.mode, let entry = read.values[row.name]
            else { continue }
            let hint = "remove it, or set 'mode: \(only.word)'"
            let message =
                "\(row.name.rawValue) is for 'mode: \(only.word)', but the mode is '\(read.mode.word)'\(inside)"
            log.error(message, hint: hint, at: entry.keyPosition)
            isRight = false
        }
        let needed: FieldName? =
            switch read.mode {
            case .single: nil
            case .domain: ProxyProvider.Row.cookieDomain.name
            case .proxy: ProxyProvider.Row.upstream.name
            }
        if let needed, read.values[needed] == nil {
            let example = read.mode == .domain ? "example.org" : "http://wiki:8080"
            let hint = "add it, as in '\(needed.rawValue): \(example)'"
            log.error("'mode: \(read.mode.word)' needs \(needed.rawValue)\(inside)", hint: hint, at: position)
            isRight = false
        }
        return isRight
    }

    /// `{user: ATTRIBUTE, password: ATTRIBUTE}`, or `false` for none.
    func basicAuth(_ node: YAMLNode, _ name: String) -> BasicAuthAttributes? {
        guard let pairs = pairs(node, name) else { return nil }
        let inside = " in \(name)\(place)"
        let values = MappingReader(log: log, schema: .basicAuth, place: inside).values(of: pairs)
        for field in [FieldName.basicAuthUser, .basicAuthPassword] {
            switch values[field]?.value {
            case nil: log.error("\(name) has no \(field.rawValue)\(place)", at: node.position)
            case .unset: log.error("\(field.rawValue) has no value\(inside)", at: values[field]?.position)
            default: break
            }
        }
        guard let user = values.text(.basicAuthUser), let password = values.text(.basicAuthPassword) else { return nil }
        return BasicAuthAttributes(user: user, password: password)
    }
}

/// The user attributes with the credentials that an application is sent.
struct BasicAuthAttributes {
    var user: String
    var password: String
}

/// The file's words for the modes.
enum ForwardAuthMode: String, CaseIterable {
    case single, domain, proxy
}
