internal import YAMLDocument

extension ValueReader {
    /// The scalar of a node; nil, and an error, if it is something else.
    func scalar(_ node: YAMLNode, _ name: String, wanted: String) -> YAMLScalar? {
        switch node.content {
        case .scalar(let scalar): hasFitTag(node, name, YAMLWords.scalarTags) ? scalar.tagged(node.tag) : nil
        case .sequence: shape(node, name, wanted: wanted, not: "a list")
        case .mapping: shape(node, name, wanted: wanted, not: "a mapping")
        case .invalid: nil
        }
    }

    /// The pairs of a node; nil, and an error, if it is something else.
    func pairs(_ node: YAMLNode, _ name: String, wanted: String = "a mapping of fields") -> [YAMLPair]? {
        switch node.content {
        case .mapping(let pairs): hasFitTag(node, name, ["!!map"]) ? pairs : nil
        case .sequence: shape(node, name, wanted: wanted, not: "a list")
        case .scalar: shape(node, name, wanted: wanted, not: node.isNull ? "empty" : "text")
        case .invalid: nil
        }
    }

    /// The items of a node; nil, and an error, if it is something else.
    func items(_ node: YAMLNode, _ name: String, hint: String? = nil) -> [YAMLNode]? {
        switch node.content {
        case .sequence(let items): hasFitTag(node, name, ["!!seq"]) ? items : nil
        case .mapping: shape(node, name, wanted: "a list", not: "a mapping", hint: hint)
        case .scalar: shape(node, name, wanted: "a list", not: node.isNull ? "empty" : "text", hint: hint)
        case .invalid: nil
        }
    }

    /// A list without the entries that are wrong or there already; nil if it is no list, or empty.
    func list<Value: Hashable>(
        _ node: YAMLNode,
        _ name: String,
        _ read: (YAMLNode) -> Value?
    ) -> [Located<Value>]? {
        guard let items = items(node, name, hint: "write each entry on a line of its own, behind '- '") else {
            return nil
        }
        if items.isEmpty {
            log.error("\(name) is an empty list\(place)", hint: "give it an entry, or leave it out", at: node.position)
            return nil
        }
        var seen: Set<Value> = []
        var isWhole = true
        let values = items.compactMap { item -> Located<Value>? in
            guard let value = read(item) else {
                isWhole = false
                return nil
            }
            if seen.insert(value).inserted { return Located(value: value, position: item.position) }
            log.warning("\(name) has an entry twice\(place)", hint: "take one out", at: item.position)
            return nil
        }
        return isWhole ? values : nil
    }

    private func shape<Value>(
        _ node: YAMLNode,
        _ name: String,
        wanted: String,
        not actual: String,
        hint: String? = nil
    ) -> Value? {
        log.error("\(name) must be \(wanted), not \(actual)\(place)", hint: hint, at: node.position)
        return nil
    }

    /// Whether a node has no tag, or one that says only what is clear anyway.
    private func hasFitTag(_ node: YAMLNode, _ name: String, _ tags: [String]) -> Bool {
        guard let tag = node.tag, !tags.contains(tag) else { return true }
        // A word that begins with '!' comes out as one, and may have been meant for a secret.
        let hint = "tags are not supported; leave it out, or put a text that begins with '!' in quotes"
        log.error("\(name) has a tag\(place)", hint: hint, at: node.position)
        return false
    }
}

extension YAMLNode {
    /// Whether it is a plain null, or nothing at all.
    var isNull: Bool {
        guard case .scalar(let scalar) = content, scalar.style == .plain else { return false }
        return tag == "!!null" || tag == nil && YAMLWords.nulls.contains(scalar.text)
    }

    /// Whether there is no value, or one that nothing could be made of.
    var isEmpty: Bool { if case .invalid = content { true } else { isNull } }
}

extension YAMLScalar {
    /// `!!str` makes text of what else would be a number or a word of YAML's.
    fileprivate func tagged(_ tag: String?) -> YAMLScalar {
        tag == "!!str" && style == .plain ? YAMLScalar(text: text, style: .quoted) : self
    }
}
