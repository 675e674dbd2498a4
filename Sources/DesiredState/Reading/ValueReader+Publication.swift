import Base
import Kinds
internal import YAMLDocument

extension ValueReader {
    /// `{namespace: NAMESPACE, name: NAME, kind: KIND, keySet: SET, keys: {KEY: VALUE}}`.
    ///
    /// | client secret among the keys, or a set for Secrets | `kind` | the object is |
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
        let set = values.word(.keySet, PublishedKeySet.self)
        let own = values.node(.keys).map { inside.publishedKeys($0) } ?? [:]
        guard let own else { return nil }
        let keys = (set?.keys ?? [:]).merging(own) { $1 }
        guard !keys.isEmpty else {
            let hint = "choose a 'keySet', or list the 'keys' and what each gets"
            log.error("\(name) has no keys\(place)", hint: hint, at: node.position)
            return nil
        }
        guard let kind = inside.kind(values, set, keys), let namespace = values.text(.namespace),
            let object = values.text(.name)
        else { return nil }
        return Publication(
            PublishedObjectName(kind, namespace: namespace, name: object),
            keys: keys,
            labels: set?.labels ?? [:]
        )
    }

    private func kind(
        _ values: ReadFields,
        _ set: PublishedKeySet?,
        _ keys: [String: PublishedValue]
    ) -> PublishedObjectName.Kind? {
        let isSecret = keys.values.contains(.clientSecret)
        let needed = isSecret ? .secret : set?.kind
        guard let given = values.word(.kind, PublishedObjectName.Kind.self) else { return needed ?? .configMap }
        guard given == .configMap, needed == .secret else { return given }
        let reason = isSecret ? "the client secret is among its keys" : "Argo CD looks into Secrets only"
        log.error("kind cannot be ConfigMap\(place)", hint: "\(reason); use Secret", at: values[.kind]?.position)
        return nil
    }

    /// A mapping of keys to what they get; nil if any of it is wrong.
    private func publishedKeys(_ node: YAMLNode) -> [String: PublishedValue]? {
        guard let pairs = pairs(node, "keys", wanted: "a mapping of keys to values") else { return nil }
        var isWhole = true
        var keys: [String: PublishedValue] = [:]
        for pair in pairs {
            if let complaint = TextRule.publishedKey.check(pair.key) {
                log.error("a key \(complaint.message)\(place)", hint: complaint.hint, at: pair.keyPosition)
                isWhole = false
            }
            guard let value = publishedValue(pair) else {
                isWhole = false
                continue
            }
            keys[pair.key] = value
        }
        return isWhole ? keys : nil
    }

    /// One of the values; what is none may be the secret itself, and is not repeated.
    private func publishedValue(_ pair: YAMLPair) -> PublishedValue? {
        let words = PublishedValue.allCases.map(\.rawValue)
        let key = YAMLProblem.quote(pair.key)
        if case .scalar(let scalar) = pair.value.content, let value = PublishedValue(rawValue: scalar.text) {
            return value
        }
        log.hide(pair)
        var near: String?
        if case .scalar(let scalar) = pair.value.content { near = Suggestion.nearest(to: scalar.text, among: words) }
        let hint = near.map { "did you mean '\($0)'?" } ?? "use one of \(words.joined(separator: ", "))"
        log.error("\(key) does not name a value\(place)", hint: hint, at: pair.value.position)
        return nil
    }
}
