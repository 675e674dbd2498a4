import Base
import Kinds
internal import YAMLDocument

extension ValueReader {
    /// `{namespace: NAMESPACE, name: NAME, kind: KIND, keySet: SET, keys: {KEY: VALUE}}`; of several sets `[SET, SET]`.
    ///
    /// | client secret in a key, or a set for Secrets | `kind` | the object is |
    /// |---|---|---|
    /// | no | – | a ConfigMap |
    /// | yes | – | a Secret |
    /// | yes | `ConfigMap` | an error |
    /// | any | given else | of that kind |
    func publication(_ node: YAMLNode, _ name: String) -> Publication? {
        guard let pairs = pairs(node, name) else { return nil }
        let inside = ValueReader(log: log, place: " in \(name)\(place)")
        let values = MappingReader(log: log, schema: .publication, place: inside.place).values(of: pairs)
        for field in [FieldName.namespace, .name] where values[field] == nil {
            log.error("\(name) has no \(field.rawValue)\(place)", at: node.position)
        }
        for (field, entry) in values.entries {
            guard case .unset = entry.value else { continue }
            log.error("\(field.rawValue) has no value\(inside.place)", at: entry.position)
        }
        guard values.entries.values.allSatisfy(\.isGood) else { return nil }
        let sets = values.node(.keySet).map { inside.keySets($0) } ?? []
        let own = values.node(.keys).map { inside.publishedKeys($0) } ?? [:]
        guard let sets, let own else { return nil }
        guard let shared = inside.keys(of: sets, but: own, at: values[.keySet]?.position) else { return nil }
        let keys = shared.merging(own) { $1 }
        guard !keys.isEmpty else {
            let hint = "choose a 'keySet', or list 'keys' with their values"
            log.error("\(name) has no keys\(place)", hint: hint, at: node.position)
            return nil
        }
        guard let kind = inside.kind(values, sets, keys), let namespace = values.text(.namespace),
            let object = values.text(.name)
        else { return nil }
        return Publication(
            PublishedObjectName(kind, namespace: namespace, name: object),
            keys: keys,
            labels: sets.reduce(into: [:]) { $0.merge($1.labels) { $1 } }
        )
    }

    /// The name of a set, or a list of names.
    private func keySets(_ node: YAMLNode) -> [ClientTool]? {
        guard case .sequence = node.content else {
            return word(node, "keySet", ClientTool.names).map { [ClientTool.named($0)].compactMap(\.self) }
        }
        return list(node, "keySet") { word($0, "an entry of keySet", ClientTool.names) }?.compactMap {
            ClientTool.named($0.value)
        }
    }

    /// The keys of some sets; nil if two of them have different values for a key that `keys` does not set.
    private func keys(
        of sets: [ClientTool],
        but own: [String: PublishedText],
        at position: YAMLPosition?
    ) -> [String: PublishedText]? {
        var keys: [String: (text: PublishedText, set: String)] = [:]
        for set in sets {
            for (key, text) in set.keys.sorted(by: { $0.key < $1.key }) {
                if own[key] == nil, let other = keys[key], other.text != text {
                    let hint = "set it in 'keys', or publish one of the sets to another object"
                    let message = "keySets '\(other.set)' and '\(set.name)' have different values for '\(key)'\(place)"
                    log.error(message, hint: hint, at: position)
                    return nil
                }
                keys[key] = (text, set.name)
            }
        }
        return keys.mapValues(\.text)
    }

    private func kind(
        _ values: ReadFields,
        _ sets: [ClientTool],
        _ keys: [String: PublishedText]
    ) -> PublishedObjectName.Kind? {
        let isSecret = keys.values.contains { $0.values.contains(.clientSecret) }
        let reader = sets.first { $0.kind == .secret }
        let needed = isSecret ? .secret : reader?.kind
        guard let given = values.word(.kind, PublishedObjectName.Kind.self) else { return needed ?? .configMap }
        guard given == .configMap, needed == .secret else { return given }
        let reason =
            isSecret
            ? "its keys contain the client secret" : "\(reader?.title ?? "its reader") reads Secrets only"
        log.error("kind cannot be ConfigMap\(place)", hint: "\(reason); use Secret", at: values[.kind]?.position)
        return nil
    }

    /// A mapping of keys to values; nil if any of it is wrong.
    private func publishedKeys(_ node: YAMLNode) -> [String: PublishedText]? {
        guard let pairs = pairs(node, "keys", wanted: "a mapping of keys to values") else { return nil }
        var isWhole = true
        var keys: [String: PublishedText] = [:]
        for pair in pairs {
            if let complaint = TextRule.publishedKey.check(pair.key) {
                log.error("a key \(complaint.message)\(place)", hint: complaint.hint, at: pair.keyPosition)
                isWhole = false
            }
            guard let text = publishedText(pair) else {
                isWhole = false
                continue
            }
            keys[pair.key] = text
        }
        return isWhole ? keys : nil
    }

    /// The value of a key.
    ///
    /// | written | it is |
    /// |---|---|
    /// | `issuer` | the value of that name |
    /// | `{value: "true"}` | a constant |
    /// | `{template: "https://…/{clientID}"}` | text with values in it |
    private func publishedText(_ pair: YAMLPair) -> PublishedText? {
        guard case .mapping(let pairs) = pair.value.content else { return publishedValue(pair) }
        let key = YAMLProblem.quote(pair.key)
        let inside = ValueReader(log: log, place: " in \(key)\(place)")
        let fields = MappingReader(log: log, schema: .publishedText, place: inside.place).values(of: pairs)
        guard !fields.entries.values.contains(where: { if case .invalid = $0.value { true } else { false } }) else {
            return nil
        }
        switch (fields[.value], fields[.template]) {
        case (let value?, nil): return inside.constant(value.node)
        case (nil, let template?): return inside.template(template.node, pair)
        case (_?, let template?):
            log.error(
                "\(key) has both value and template\(place)",
                hint: "remove one of the two",
                at: template.keyPosition
            )
        case (nil, nil):
            let hint = "write \(key): {value: \"true\"}, or {template: \"https://…/{clientID}\"}"
            log.error("\(key) has neither value nor template\(place)", hint: hint, at: pair.value.position)
        }
        return nil
    }

    private func constant(_ node: YAMLNode) -> PublishedText? { exactText(node, "value").map(PublishedText.constant) }

    private func template(_ node: YAMLNode, _ pair: YAMLPair) -> PublishedText? {
        guard let text = exactText(node, "template") else { return nil }
        do throws(PublishedText.Mistake) {
            let template = try PublishedText(template: text)
            if template.values.isEmpty {
                let hint = "name a value in braces, as in {clientID}, or use 'value' for constant text"
                log.warning("template has no placeholder\(place)", hint: hint, at: node.position)
            }
            return template
        } catch {
            // An unknown name may be part of a secret, and is not repeated.
            log.hide(pair)
            let (message, hint) = Self.complaint(about: error)
            log.error("template has \(message)\(place)", hint: hint, at: node.position)
            return nil
        }
    }

    private static func complaint(about mistake: PublishedText.Mistake) -> (message: String, hint: String) {
        switch mistake {
        case .brace:
            let hint =
                "a placeholder is the name of a value in braces; write a literal brace twice: '{{'"
            return ("a brace that is not part of a placeholder", hint)
        case .unknown(let placeholder):
            let near = Suggestion.nearest(to: placeholder, among: words).map { "did you mean '{\($0)}'?" }
            let hint = near ?? "use one of \(words.map { "{\($0)}" }.joined(separator: ", "))"
            return ("an unknown placeholder", hint)
        }
    }

    /// A text without trimming, as Kubernetes keeps it.
    private func exactText(_ node: YAMLNode, _ name: String) -> String? {
        guard let scalar = scalar(node, name, wanted: "text") else { return nil }
        if scalar.style == .plain && (node.isNull || YAMLWords.isBoolean(scalar.text)) {
            let word = scalar.text.isEmpty ? "nothing" : "'\(scalar.text)'"
            let hint = scalar.text.isEmpty ? "give it a text" : "put it in quotes: \"\(scalar.text)\""
            log.error("\(name) must be text, not \(word)\(place)", hint: hint, at: node.position)
            return nil
        }
        return scalar.text
    }

    private static let words = PublishedValue.allCases.map(\.rawValue)

    /// One of the values; anything else may be the secret itself, and is not repeated.
    private func publishedValue(_ pair: YAMLPair) -> PublishedText? {
        let key = YAMLProblem.quote(pair.key)
        if case .scalar(let scalar) = pair.value.content, let value = PublishedValue(rawValue: scalar.text) {
            return .value(value)
        }
        log.hide(pair)
        var near: String?
        if case .scalar(let scalar) = pair.value.content {
            near = Suggestion.nearest(to: scalar.text, among: Self.words)
        }
        let hint = near.map { "did you mean '\($0)'?" } ?? "use one of \(Self.words.joined(separator: ", "))"
        log.error("\(key) does not name a value\(place)", hint: hint, at: pair.value.position)
        return nil
    }
}
