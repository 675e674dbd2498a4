/// Builds nodes from events: resolves aliases and merge keys, finds duplicate keys, enforces the limits.
struct TreeBuilder: ~Copyable {
    private struct Anchored {
        var node: YAMLNode
        /// The number of nodes after its own aliases are replaced.
        var size: Int
    }

    private var events: EventStream
    private let limits: YAMLLimits
    private var anchors: [String: Anchored] = [:]
    /// The anchors of lists and mappings that are being read; an alias to one of them would be infinite.
    private var openAnchors: Set<String> = []
    private var aliasCount = 0
    private var nodeCount = 0
    /// Problems that did not stop reading.
    private(set) var problems: [YAMLProblem] = []

    init(_ events: consuming EventStream, limits: YAMLLimits) {
        self.events = events
        self.limits = limits
    }

    /// The only document of the stream; nil if there is none.
    ///
    /// - Throws: a problem after which reading cannot continue.
    mutating func document() throws(YAMLProblem) -> YAMLNode? {
        var root: YAMLNode?
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamStart, .documentEnd: continue
            case .streamEnd: return root
            case .documentStart where root == nil: root = try node(try events.next(), depth: 0)
            default:
                let hint = "a file has one document; move the other to a file of its own"
                problems.append(YAMLProblem("a second document begins here", hint: hint, at: event.position))
                return root
            }
        }
    }

    private mutating func node(_ event: Event, depth: Int) throws(YAMLProblem) -> YAMLNode {
        guard depth <= limits.depth else {
            throw YAMLProblem("nested deeper than \(limits.depth) levels", at: event.position)
        }
        let sizeBefore = nodeCount
        try count(1, at: event.position)
        var node = YAMLNode(content: .invalid, position: event.position, lastLine: event.lastLine)
        let label: Event.Label
        switch event.kind {
        case .alias(let name): return try resolve(name, at: event)
        case .scalar(let scalar, let its):
            label = its
            node.content = .scalar(scalar)
        case .sequenceStart(let its):
            label = its
            if let anchor = its.anchor { openAnchors.insert(anchor) }
            try readSequence(into: &node, depth: depth)
        case .mappingStart(let its):
            label = its
            if let anchor = its.anchor { openAnchors.insert(anchor) }
            try readMapping(into: &node, depth: depth)
        default:
            throw YAMLProblem("not YAML: a value is missing", at: event.position)
        }
        node.tag = label.tag
        if let anchor = label.anchor {
            openAnchors.remove(anchor)
            anchors[anchor] = Anchored(node: node, size: nodeCount - sizeBefore)
        }
        return node
    }

    private mutating func readSequence(into node: inout YAMLNode, depth: Int) throws(YAMLProblem) {
        var items: [YAMLNode] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { break }
            let item = try self.node(event, depth: depth + 1)
            node.lastLine = max(node.lastLine, event.lastLine, item.lastLine)
            items.append(item)
        }
        node.content = .sequence(items)
    }

    private mutating func readMapping(into node: inout YAMLNode, depth: Int) throws(YAMLProblem) {
        var pairs: [YAMLPair] = []
        var places: [String: YAMLPosition] = [:]
        var merged: [YAMLPair] = []
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { break }
            let key = try self.node(event, depth: depth + 1)
            let value = try self.node(try events.next(), depth: depth + 1)
            node.lastLine = max(node.lastLine, event.lastLine, value.lastLine)
            guard let name = keyName(key, at: event.position) else { continue }
            if key.isMergeKey, places[name] == nil {
                places[name] = event.position
                merged = mergedPairs(of: value)
                continue
            }
            if let earlier = places.updateValue(event.position, forKey: name) {
                places[name] = earlier
                let hint = key.isMergeKey ? "write one with a list: '<<: [*first, *second]'" : nil
                let message = "duplicate key \(YAMLProblem.quote(name))"
                problems.append(YAMLProblem(message, hint: hint, at: event.position, earlier: earlier))
            } else {
                pairs.append(YAMLPair(key: name, keyPosition: event.position, value: value))
            }
        }
        node.content = .mapping(pairs + merged.filter { places[$0.key] == nil })
    }

    /// The pairs that `<<` adds to a mapping: those of a mapping, or of a list of mappings, where an earlier one wins.
    ///
    /// Each pair keeps its original position (https://yaml.org/type/merge.html).
    private mutating func mergedPairs(of value: YAMLNode) -> [YAMLPair] {
        let sources: [YAMLNode]
        if case .sequence(let items) = value.content { sources = items } else { sources = [value] }
        var known: Set<String> = []
        return sources.flatMap { source -> [YAMLPair] in
            switch source.content {
            case .mapping(let pairs): return pairs.filter { known.insert($0.key).inserted }
            case .invalid: return []
            case .scalar, .sequence:
                let hint = "name an anchor of a mapping, as in '<<: *base', or a list of them"
                problems.append(
                    YAMLProblem("'<<' must be a mapping or a list of mappings", hint: hint, at: source.position)
                )
                return []
            }
        }
    }

    /// The text of a key; nil after reporting a problem.
    private mutating func keyName(_ key: YAMLNode, at position: YAMLPosition) -> String? {
        switch key.content {
        case .scalar(let scalar) where key.tag == nil || key.tag == "!!str" || key.isMergeKey:
            return scalar.text
        case .scalar:
            problems.append(YAMLProblem("a key cannot have a tag", at: position))
        case .sequence, .mapping:
            problems.append(YAMLProblem("a key must be text", at: position))
        case .invalid: break
        }
        return nil
    }

    private mutating func resolve(_ name: String, at event: Event) throws(YAMLProblem) -> YAMLNode {
        aliasCount += 1
        guard aliasCount <= limits.aliases else {
            throw YAMLProblem("more than \(limits.aliases) aliases", at: event.position)
        }
        let nowhere = YAMLNode(content: .invalid, position: event.position, lastLine: event.lastLine)
        if openAnchors.contains(name) {
            let message = "an alias is inside the value that it names"
            problems.append(YAMLProblem(message, at: event.position, mayBeSecret: true))
            return nowhere
        }
        guard let anchored = anchors[name] else {
            let hint = "an anchor '&name' must come before its alias; a text that begins with '*' is put in quotes"
            problems.append(YAMLProblem("unknown alias", hint: hint, at: event.position, mayBeSecret: true))
            return nowhere
        }
        try count(anchored.size - 1, at: event.position)
        return anchored.node
    }

    private mutating func count(_ nodes: Int, at position: YAMLPosition) throws(YAMLProblem) {
        nodeCount += nodes
        guard nodeCount <= limits.nodes else {
            throw YAMLProblem("more than \(limits.nodes) values, aliases included", at: position)
        }
    }
}

extension YAMLNode {
    /// Whether it is `<<` as the key of a mapping; in quotes it is ordinary text.
    fileprivate var isMergeKey: Bool {
        guard case .scalar(let scalar) = content, scalar.style == .plain else { return false }
        return scalar.text == "<<" && (tag == nil || tag == "!!merge")
    }
}
