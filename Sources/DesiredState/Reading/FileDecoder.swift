import Base
import Kinds
internal import YAMLDocument

/// Reads one file, and reports every mistake in it.
struct FileDecoder {
    let log: DiagnosticLog

    func decode(_ yaml: ParsedYAML) -> DecodedFile {
        var file = DecodedFile(log: log)
        if yaml.hasNoFields, let foreign = ForeignDocument(text: yaml.source) {
            refuse(foreign)
            return file
        }
        yaml.problems.forEach(log.add)
        guard let root = yaml.root, !root.isNull else {
            if yaml.problems.isEmpty {
                log.error("the document is empty", hint: "begin it with 'apiVersion: reconcile/v1'")
            }
            return file
        }
        guard let pairs = fields(of: root), isDesiredState(pairs) else {
            log.hideEverything()
            return file
        }
        let known = pairs.filter { !$0.key.hasPrefix(Schema.extensionPrefix) }
        let values = MappingReader(log: log, schema: .file).values(of: known)
        require(values)
        file.owner = located(values, .owner, values.text(.owner))
        file.prune = located(values, .prune, values.flag(.prune))
        file.maxDeletions = located(values, .maxDeletions, values.number(.maxDeletions))
        file.publicURL = located(values, .publicURL, values.text(.publicURL))
        file.groups = groups(values.node(.groups))
        let defaults = defaults(values.node(.defaults))
        file.managesScopeMappings = values[.scopeMappings] != nil
        file.scopeMappings = scopeMappings(values.node(.scopeMappings), adopt: defaults.word(.adopt))
        guard let services = values.node(.services),
            let items = ValueReader(log: log).items(services, "services", hint: services.hintForServices)
        else { return file }
        let decoder = ServiceDecoder(log: log, file: values, defaults: defaults)
        file.services = items.enumerated().compactMap { decoder.decode($1, number: $0 + 1) }
        return file
    }

    /// The pairs of the document; nil, and an error, if it is something else.
    private func fields(of root: YAMLNode) -> [YAMLPair]? {
        guard case .sequence = root.content else { return ValueReader(log: log).pairs(root, "the document") }
        let hint = "begin the file with 'apiVersion: reconcile/v1' and 'owner: …', and put the list below 'services:'"
        log.error("the document must be a mapping of fields, not a list", hint: hint, at: root.position)
        return nil
    }

    /// Whether a document has any field of a desired-state file; it may be another file, even one with secrets.
    private func isDesiredState(_ pairs: [YAMLPair]) -> Bool {
        if let foreign = ForeignDocument(pairs) {
            refuse(foreign)
            return false
        }
        let isKnown = { (key: String) in Schema.file.fields.contains { Suggestion.isSlip(key, $0.name.rawValue) } }
        if pairs.isEmpty || pairs.contains(where: { isKnown($0.key) }) { return true }
        let hint = "begin it with 'apiVersion: reconcile/v1'"
        log.error("the document is not a desired-state file", hint: hint, at: YAMLPosition(line: 1, column: 1))
        return false
    }

    private func refuse(_ foreign: ForeignDocument) {
        let message = "this is \(foreign.noun), not a desired-state file"
        log.error(message, hint: foreign.hint, at: YAMLPosition(line: 1, column: 1))
        log.hideEverything()
    }

    private func located<Value>(_ values: ReadFields, _ name: FieldName, _ value: Value?) -> Located<Value>? {
        guard let value, let entry = values[name] else { return nil }
        return Located(value: value, position: entry.position)
    }

    /// Reports missing required fields, and fields without a value.
    private func require(_ values: ReadFields) {
        let hints: [(FieldName, String)] = [
            (.apiVersion, "begin the file with 'apiVersion: reconcile/v1'"),
            (.owner, "choose a name for the owner of these services, as in 'owner: homelab'"),
            (.services, "add 'services:' with a list; '[]' is an empty one"),
        ]
        for (name, hint) in hints where values[name] == nil {
            log.error("\(name.rawValue) is missing", hint: hint, at: YAMLPosition(line: 1, column: 1))
        }
        for (name, entry) in values.entries {
            guard case .unset = entry.value else { continue }
            let hint = hints.first { $0.0 == name }?.1 ?? "give it one, or remove the field"
            log.error("\(name.rawValue) has no value", hint: hint, at: entry.position)
        }
    }

    /// The names of the groups; one that is given twice counts once.
    private func groups(_ node: YAMLNode?) -> [String] {
        let hint = "write each on a line of its own, as in '- name: family'"
        let reader = ValueReader(log: log)
        guard let node, let items = reader.items(node, "groups", hint: hint) else { return [] }
        var seen: Set<ExactText> = []
        return items.enumerated().compactMap { index, item in
            guard let name = group(item, number: index + 1) else { return nil }
            if seen.insert(name.value.exact).inserted { return name.value }
            log.about("group \(YAMLProblem.quote(name.value))").warning(
                "listed twice",
                hint: "remove one",
                at: name.position
            )
            return nil
        }
    }

    private func group(_ node: YAMLNode, number: Int) -> Located<String>? {
        let label = "group \(number)"
        guard let pairs = ValueReader(log: log).pairs(node, label) else { return nil }
        let log = log.about(label)
        let values = MappingReader(log: log, schema: .group).values(of: pairs)
        let hint = "add 'name:', as Authentik shows it"
        guard let entry = values[.name] else {
            log.error("name is missing", hint: hint, at: node.position)
            return nil
        }
        if case .unset = entry.value { log.error("name has no value", hint: hint, at: entry.position) }
        return located(values, .name, values.text(.name))
    }

    private func defaults(_ node: YAMLNode?) -> ReadFields {
        guard let node, let pairs = ValueReader(log: log).pairs(node, "defaults") else { return ReadFields() }
        let log = log.about("defaults")
        let shared = pairs.filter { pair in
            guard let field = Schema.service[pair.key], !field.isDefaultable else { return true }
            log.error("\(pair.key) cannot have a default", hint: "set it in each service", at: pair.keyPosition)
            return false
        }
        var values = MappingReader(log: log, schema: .service).values(of: shared)
        for (name, entry) in values.entries {
            values[name]?.isDefault = true
            guard case .unset = entry.value else { continue }
            values[name] = nil
            let hint = "give it one, or remove the field"
            log.error("\(name.rawValue) has no value", hint: hint, at: entry.position)
        }
        return values
    }
}

extension ParsedYAML {
    /// Whether there is not one field in it.
    fileprivate var hasNoFields: Bool {
        guard case .mapping? = root?.content else { return true }
        return false
    }
}

extension YAMLNode {
    /// How to write services that are given as a mapping by name, as in a Compose file.
    fileprivate var hintForServices: String? {
        guard case .mapping(let pairs) = content else {
            return "write each as an entry that begins with '- slug: NAME'"
        }
        let first = pairs.first { pair in
            guard case .mapping = pair.value.content else { return false }
            return TextRule.slug.check(pair.key)?.severity != .error
        }
        return "write each as an entry that begins with its slug: '- slug: \(first?.key ?? "NAME")'"
    }
}

/// The contents of one file, each service checked on its own; ``CrossChecks`` compares them with each other.
struct DecodedFile {
    var log: DiagnosticLog
    /// Nil if it is missing or wrong.
    var owner: Located<String>?
    var services: [DecodedService] = []
    /// The names of the groups, in their order, each once.
    var groups: [String] = []
    /// In their order, each name once.
    var scopeMappings: [DeclaredScopeMapping] = []
    var managesScopeMappings = false
    /// Nil if the file does not set it.
    var prune: Located<Bool>?
    var maxDeletions: Located<Int>?
    var publicURL: Located<String>?
}

/// A service with the data that ``CrossChecks`` needs.
///
/// A class, since it is in tables by name, client id, address and more.
final class DecodedService {
    let service: Service
    /// Its messages name the service.
    let log: DiagnosticLog
    /// The positions of the fields that the file sets.
    let positions: [FieldName: YAMLPosition]
    /// Nil if the service has no origin of its own.
    let origin: Origin?

    init(service: Service, log: DiagnosticLog, positions: [FieldName: YAMLPosition], origin: Origin?) {
        self.service = service
        self.log = log
        self.positions = positions
        self.origin = origin
    }

    /// The position of a field, or of the service if the file does not set the field.
    func location(of field: FieldName) -> (position: YAMLPosition, text: SourceLocation) {
        let begin = YAMLPosition(line: service.location.line, column: service.location.column)
        let position = positions[field] ?? positions[.slug] ?? begin
        return (position, log.location(position))
    }
}
