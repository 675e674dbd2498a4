import Base
import Kinds
internal import YAMLDocument

extension ValueReader {
    /// `everyone`, or `{groups: [NAME], users: [NAME], policies: [NAME], mode: MODE, exclusive: FLAG}`.
    ///
    /// | `access` | meaning |
    /// |---|---|
    /// | `everyone` | open to every user, explicitly |
    /// | a mapping with at least one name | open to these |
    /// | a mapping without names, or `nobody` | an error: an application without a binding is open to everyone |
    func access(_ pair: YAMLPair) -> Access? {
        let node = pair.value
        let rule: Access.Rule?
        switch node.content {
        case .scalar: rule = isEveryone(node, pair.key) ? .everyone : nil
        case .mapping: rule = subjects(node, pair.key).map(Access.Rule.subjects)
        case .sequence:
            let hint = "name their kind, as in '\(pair.key): {groups: [admins]}'"
            log.error("\(pair.key) must be \(Self.accessForms), not a list\(place)", hint: hint, at: node.position)
            rule = nil
        case .invalid: rule = nil
        }
        return rule.map { Access($0, location: log.location(pair.keyPosition)) }
    }

    private static let accessForms = "'\(Access.everyone)' or a mapping of fields"

    private func isEveryone(_ node: YAMLNode, _ name: String) -> Bool {
        guard let text = scalar(node, name, wanted: Self.accessForms)?.text else { return false }
        if text == Access.everyone { return true }
        let hint =
            if Access.wordsForNobody.contains(where: { Suggestion.isSame(text, $0) }) {
                "that is not supported; list a group without members"
            } else if Access.wordsForEveryone.contains(where: { Suggestion.isSame(text, $0) })
                || Suggestion.nearest(to: text, among: [Access.everyone]) != nil
            {
                "did you mean '\(Access.everyone)'?"
            } else {
                "list groups or users, as in '\(name): {groups: [admins]}', or use '\(name): \(Access.everyone)'"
            }
        log.error("\(name) cannot be \(YAMLProblem.quote(text))\(place)", hint: hint, at: node.position)
        return false
    }

    private func subjects(_ node: YAMLNode, _ name: String) -> Access.Subjects? {
        guard var pairs = pairs(node, name) else { return nil }
        // If every list is empty, that is one mistake: nobody has access.
        if pairs.allSatisfy({ !$0.isListOfSubjects || $0.value.isEmptyList }) {
            pairs.removeAll(where: \.isListOfSubjects)
        }
        let inside = " in \(name)\(place)"
        let values = MappingReader(log: log, schema: .access, place: inside).values(of: pairs)
        for (field, entry) in values.entries {
            guard case .unset = entry.value else { continue }
            let hint = "give it one, or remove the field"
            log.error("\(field.rawValue) has no value\(inside)", hint: hint, at: entry.position)
        }
        guard SubjectKind.allCases.contains(where: { values[FieldName($0)] != nil }) else {
            let hint = "list groups, users or policies, or use '\(name): \(Access.everyone)'"
            log.error("\(name) names nobody\(place)", hint: hint, at: node.position)
            return nil
        }
        guard values.entries.values.allSatisfy(\.isGood) else { return nil }
        let list = SubjectKind.allCases.flatMap { kind in
            (values.texts(FieldName(kind)) ?? []).map { name in
                AccessSubject(kind, name.value, location: log.location(name.position))
            }
        }
        return Access.Subjects(list, mode: values.word(.mode) ?? .any, isExclusive: values.flag(.exclusive) ?? false)
    }
}

extension Access {
    static let everyone = "everyone"
    /// Other words that people use for `everyone`.
    fileprivate static let wordsForEveryone = ["everybody", "anyone", "anybody", "all", "any", "public"]
    fileprivate static let wordsForNobody = ["nobody", "no one", "noone", "none", "false"]
}

extension YAMLPair {
    fileprivate var isListOfSubjects: Bool { SubjectKind.allCases.contains { $0.fileList == key } }
}

extension YAMLNode {
    fileprivate var isEmptyList: Bool { if case .sequence(let items) = content { items.isEmpty } else { false } }
}

extension TextRule {
    static let groupName = TextRule("the name of a group")
    static let userName = TextRule("a username")

    static let policyName = TextRule("the name of a policy") { name in
        guard name.exact == ExpressionPolicy.nobodyName.exact else { return nil }
        let hint =
            "this policy locks a service that has lost all its groups, users and policies; list a group without members"
        return Complaint("is '\(ExpressionPolicy.nobodyName)', a policy that reconcile itself uses", hint: hint)
    }
}
