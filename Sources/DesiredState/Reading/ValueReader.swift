import Base
import Kinds
internal import YAMLDocument

/// Reads the value of a field as its kind demands.
struct ValueReader {
    let log: DiagnosticLog
    /// Ends each message: ` in service 'grafana'`.
    let place: String

    func value(of pair: YAMLPair, _ field: Field) -> ReadValue {
        let node = pair.value
        let name = field.name.rawValue
        let isReference = if case .secretReference = field.kind { true } else { false }
        // What was meant for a secret may have come out as a comment, an anchor or an alias.
        if isReference, node.isEmpty { log.hide(pair) }
        if case .invalid = node.content { return .invalid }
        if node.isNull { return .unset }
        let value: ReadValue? =
            switch field.kind {
            case .text(let rule): text(node, name, rule).map(ReadValue.text)
            case .choice(let words): word(node, name, words).map(ReadValue.text)
            case .flag: flag(node, name).map(ReadValue.flag)
            case .number(let range, let example):
                number(node, name, range, example: example).map(ReadValue.number)
            case .texts(let rule):
                list(node, name) { text($0, "an entry of \(name)", rule)?.exact }.map { entries in
                    .texts(entries.map { Located(value: $0.value.text, position: $0.position) })
                }
            case .set(let rule):
                list(node, name, mayBeEmpty: true) { text($0, "an entry of \(name)", rule)?.exact }.map { entries in
                    .texts(entries.map { Located(value: $0.value.text, position: $0.position) })
                }
            case .choices(let words):
                list(node, name) { word($0, "an entry of \(name)", words) }.map(ReadValue.texts)
            case .redirectURIs(let mayBeEmpty):
                redirectURIs(node, name, mayBeEmpty: mayBeEmpty).map(ReadValue.redirectURIs)
            case .scopes: scopes(node, name).map(ReadValue.references)
            case .secretReference: secretReference(pair).map(ReadValue.secret)
            case .kubernetesSecret: kubernetesSecret(node).map(ReadValue.secret)
            case .workload: workload(node, name).map(ReadValue.workload)
            case .publication: publication(node, name).map(ReadValue.publication)
            case .federation: federation(node, name).map(ReadValue.fields)
            case .access: access(pair).map(ReadValue.access)
            case .forwardAuth: forwardAuth(pair).map(ReadValue.forwardAuth)
            case .basicAuth: basicAuth(node, name).map(ReadValue.basicAuth)
            case .node: .node(node)
            }
        return value ?? .invalid
    }

    /// Reports a complaint about a value; true if it is an error.
    func report(_ complaint: Complaint, _ name: String, _ node: YAMLNode) -> Bool {
        let message = "\(name) \(complaint.message)\(place)"
        switch complaint.severity {
        case .error: log.error(message, hint: complaint.hint, at: node.position)
        case .warning: log.warning(message, hint: complaint.hint, at: node.position)
        }
        if complaint.isSecret { log.hide(node) }
        return complaint.severity == .error
    }

    // MARK: Texts

    func text(_ node: YAMLNode, _ name: String, _ rule: TextRule) -> String? {
        guard let scalar = scalar(node, name, wanted: "text") else { return nil }
        if scalar.style == .plain && (node.isNull || YAMLWords.isBoolean(scalar.text)) {
            let word = scalar.text.isEmpty ? "nothing" : "'\(scalar.text)'"
            let hint = scalar.text.isEmpty ? "give it a text" : "put it in quotes if it is meant as text"
            log.error("\(name) must be text, not \(word)\(place)", hint: hint, at: node.position)
            return nil
        }
        let text = trimmed(scalar, name, at: node.position)
        if let complaint = basicComplaint(about: text, rule) ?? (text.isEmpty ? nil : rule.check(text)) {
            if report(complaint, name, node) { return nil }
        }
        return text
    }

    private func trimmed(_ scalar: YAMLScalar, _ name: String, at position: YAMLPosition) -> String {
        let text = scalar.text.trimmed
        // A block ends in a line break by its nature.
        if !text.isEmpty && text != scalar.text && scalar.style != .block {
            log.warning("\(name) has white space around it\(place)", hint: "Authentik takes it off", at: position)
        }
        return text
    }

    private func basicComplaint(about text: String, _ rule: TextRule) -> Complaint? {
        if text.isEmpty && !rule.mayBeEmpty {
            return Complaint("is empty", hint: "give it a value, or leave the field out")
        }
        let isControl = { (scalar: Unicode.Scalar) in
            scalar.isControl && !(rule.mayHaveLines && (scalar == "\n" || scalar == "\t"))
        }
        guard let control = text.unicodeScalars.first(where: isControl) else { return nil }
        return control == "\n"
            ? Complaint("has more than one line")
            : Complaint("has a control character in it", hint: "take it out")
    }

    func word(_ node: YAMLNode, _ name: String, _ words: [String]) -> String? {
        guard let scalar = scalar(node, name, wanted: "one of \(words.joined(separator: ", "))") else { return nil }
        if words.contains(scalar.text) { return scalar.text }
        let near = Suggestion.nearest(to: scalar.text, among: words).map { "did you mean '\($0)'?" }
        let hint = near ?? "use \(words.count == 1 ? "" : "one of ")\(words.joined(separator: ", "))"
        log.error("\(name) cannot be \(YAMLProblem.quote(scalar.text))\(place)", hint: hint, at: node.position)
        return nil
    }

    // MARK: Flags and numbers

    func flag(_ node: YAMLNode, _ name: String) -> Bool? {
        guard let scalar = scalar(node, name, wanted: "true or false") else { return nil }
        guard let flag = YAMLWords.boolean(scalar.text) else {
            let hint = YAMLWords.looseBoolean(scalar.text).map { "use \($0)" }
            log.error("\(name) must be true or false\(place)", hint: hint, at: node.position)
            return nil
        }
        if scalar.style != .plain {
            log.warning("\(name) is text, taken as \(flag)\(place)", hint: "take the quotes off", at: node.position)
        }
        return flag
    }

    func number(_ node: YAMLNode, _ name: String, _ range: ClosedRange<Int>, example: Int) -> Int? {
        guard let scalar = scalar(node, name, wanted: "a number") else { return nil }
        let digits = scalar.text.utf8
        guard !digits.isEmpty, digits.allSatisfy(\.isASCIIDigit) else {
            let hint =
                scalar.text.contains(":")
                ? "write one number: the port that people reach it at" : "write it in plain digits: \(example)"
            let wanted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            log.error("\(name) must be \(wanted)\(place)", hint: hint, at: node.position)
            return nil
        }
        if digits.count > 1 && digits.first == UInt8(ascii: "0") {
            let hint = "some YAML readers take that for octal; leave the zero out"
            log.error("\(name) begins with a zero\(place)", hint: hint, at: node.position)
            return nil
        }
        guard let number = Int(scalar.text), range.contains(number) else {
            log.error("\(name) is outside \(range.lowerBound) to \(range.upperBound)\(place)", at: node.position)
            return nil
        }
        if scalar.style != .plain {
            log.warning("\(name) is text, taken as \(number)\(place)", hint: "take the quotes off", at: node.position)
        }
        return number
    }
}

extension Unicode.Scalar {
    /// Unicode's category Cc, which is fixed.
    fileprivate var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}

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
        case .scalar(let scalar):
            shape(
                node,
                name,
                wanted: wanted,
                not: node.isNull ? "empty" : "text",
                hint: scalar.style == .plain && scalar.text.contains(":")
                    ? "a field is written 'name: value', with a space after the colon" : nil
            )
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

    /// A list without the entries that are wrong or there already; nil if it is no list, or empty and must not be.
    func list<Value: Hashable>(
        _ node: YAMLNode,
        _ name: String,
        mayBeEmpty: Bool = false,
        _ read: (YAMLNode) -> Value?
    ) -> [Located<Value>]? {
        guard
            let items = items(
                node,
                name,
                hint: "write '[…]' around it, or each entry on a line of its own that begins with '- '"
            )
        else {
            return nil
        }
        if items.isEmpty, !mayBeEmpty {
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
        return tag == "!!null" || tag == nil && YAMLWords.isNull(scalar.text)
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

/// Plain words that mean something to YAML (1.2, core schema), or did so once (1.1).
enum YAMLWords {
    static func isNull(_ text: String) -> Bool {
        switch text {
        case "", "~", "null", "Null", "NULL": true
        default: false
        }
    }

    static let scalarTags = ["!!str", "!!int", "!!bool", "!!null"]

    static func boolean(_ text: String) -> Bool? {
        switch text {
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: nil
        }
    }

    /// What YAML 1.1 took for a boolean; YAML 1.2 takes it for text, and people for either.
    static func looseBoolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "yes", "on", "y", "1", "true": true
        case "no", "off", "n", "0", "false": false
        default: nil
        }
    }

    /// Whether a reader of some version of YAML takes a plain word for a boolean.
    static func isBoolean(_ text: String) -> Bool {
        // The longest of these words is 'false'.
        text.utf8.count <= 5 && ["true", "false", "yes", "no", "on", "off"].contains(text.lowercased())
    }
}
