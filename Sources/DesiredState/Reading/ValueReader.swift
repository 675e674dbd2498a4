import Base
import Kinds
internal import YAMLDocument

/// Reads the value of a field by the field's kind.
struct ValueReader {
    let log: DiagnosticLog
    /// Ends each message: ` in secretRef`; empty for the fields of a mapping that the log names.
    var place = ""

    func value(of pair: YAMLPair, _ field: Field) -> ReadValue {
        let node = pair.value
        let name = field.name.rawValue
        let isReference = if case .secretReference = field.kind { true } else { false }
        // A secret written here by mistake may have been parsed as a comment, an anchor or an alias.
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
        // A block always ends in a line break.
        if !text.isEmpty && text != scalar.text && scalar.style != .block {
            log.warning("\(name) has white space around it\(place)", hint: "remove it; Authentik does", at: position)
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
            : Complaint("has a control character in it", hint: "remove it")
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
            log.warning("\(name) is text, taken as \(flag)\(place)", hint: "remove the quotes", at: node.position)
        }
        return flag
    }

    func number(_ node: YAMLNode, _ name: String, _ range: ClosedRange<Int>, example: Int) -> Int? {
        guard let scalar = scalar(node, name, wanted: "a number") else { return nil }
        let digits = scalar.text.utf8
        guard !digits.isEmpty, digits.allSatisfy(\.isASCIIDigit) else {
            let hint =
                scalar.text.contains(":")
                ? "write one number, the port that users connect to" : "write it in plain digits: \(example)"
            let wanted = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            log.error("\(name) must be \(wanted)\(place)", hint: hint, at: node.position)
            return nil
        }
        if digits.count > 1 && digits.first == UInt8(ascii: "0") {
            let hint = "remove the zero; some YAML parsers read such a number as octal"
            log.error("\(name) begins with a zero\(place)", hint: hint, at: node.position)
            return nil
        }
        guard let number = Int(scalar.text), range.contains(number) else {
            log.error("\(name) must be from \(range.lowerBound) to \(range.upperBound)\(place)", at: node.position)
            return nil
        }
        if scalar.style != .plain {
            log.warning("\(name) is text, taken as \(number)\(place)", hint: "remove the quotes", at: node.position)
        }
        return number
    }
}

extension Unicode.Scalar {
    /// Unicode category Cc, a fixed set.
    fileprivate var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}

extension ValueReader {
    /// The scalar of a node; reports an error and returns nil for anything else.
    func scalar(_ node: YAMLNode, _ name: String, wanted: String) -> YAMLScalar? {
        switch node.content {
        case .scalar(let scalar): hasFitTag(node, name, YAMLWords.scalarTags) ? scalar.tagged(node.tag) : nil
        case .sequence: shape(node, name, wanted: wanted, not: "a list")
        case .mapping: shape(node, name, wanted: wanted, not: "a mapping")
        case .invalid: nil
        }
    }

    /// The pairs of a node; reports an error and returns nil for anything else.
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

    /// The items of a node; reports an error and returns nil for anything else.
    func items(_ node: YAMLNode, _ name: String, hint: String? = nil) -> [YAMLNode]? {
        switch node.content {
        case .sequence(let items): hasFitTag(node, name, ["!!seq"]) ? items : nil
        case .mapping: shape(node, name, wanted: "a list", not: "a mapping", hint: hint)
        case .scalar: shape(node, name, wanted: "a list", not: node.isNull ? "empty" : "text", hint: hint)
        case .invalid: nil
        }
    }

    /// The entries of a list, without duplicates; nil if an entry is wrong, or the list is empty and must not be.
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
            log.error("\(name) is an empty list\(place)", hint: "add an entry, or remove the field", at: node.position)
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
            log.warning("\(name) has an entry twice\(place)", hint: "remove one", at: item.position)
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

    /// Whether a node has no tag, or a tag of its own type.
    private func hasFitTag(_ node: YAMLNode, _ name: String, _ tags: [String]) -> Bool {
        guard let tag = node.tag, !tags.contains(tag) else { return true }
        // A secret that begins with '!' is parsed as a tag, so tags are not repeated.
        let hint = "tags are not supported; remove it, or put a text that begins with '!' in quotes"
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

    /// Whether there is no value, or one that could not be parsed.
    var isEmpty: Bool { if case .invalid = content { true } else { isNull } }
}

extension YAMLScalar {
    /// `!!str` turns a plain number, boolean or null into text.
    fileprivate func tagged(_ tag: String?) -> YAMLScalar {
        tag == "!!str" && style == .plain ? YAMLScalar(text: text, style: .quoted) : self
    }
}

/// Plain words with a meaning in YAML 1.2 (core schema) or 1.1.
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

    /// Words that are booleans in YAML 1.1 or to people, but text in YAML 1.2.
    static func looseBoolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "yes", "on", "y", "1", "true": true
        case "no", "off", "n", "0", "false": false
        default: nil
        }
    }

    /// Whether a plain word is a boolean in any version of YAML.
    static func isBoolean(_ text: String) -> Bool {
        // The longest of these words is 'false'.
        text.utf8.count <= 5 && ["true", "false", "yes", "no", "on", "off"].contains(text.lowercased())
    }
}
