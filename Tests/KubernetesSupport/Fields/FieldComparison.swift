import JSON

/// Which fields differ between two objects.
struct FieldComparison {
    /// Made or changed.
    private(set) var changed: Set<FieldPath> = []
    private(set) var removed: Set<FieldPath> = []

    init(from old: JSONValue, to new: JSONValue) {
        compare(old.ownable, new.ownable, FieldPath())
    }

    private mutating func compare(_ old: JSONValue?, _ new: JSONValue?, _ path: FieldPath) {
        let old = old.flatMap { $0.isNull ? nil : $0 }
        guard let new, !new.isNull else {
            if old != nil { removed.insert(path) }
            return
        }
        let isOld = old != nil || path.elements.isEmpty || FieldSchema.isAlwaysThere(path.names)
        if !isOld { changed.insert(path) }
        let newParts = new.parts(at: path)
        let oldParts = old.map { $0.parts(at: path) } ?? [:]
        guard let newParts, let oldParts else {
            if old != new { changed.insert(path) }
            return
        }
        for element in Set(newParts.keys).union(oldParts.keys) {
            compare(oldParts[element], newParts[element], path + element)
        }
    }
}

extension JSONValue {
    /// What of an object can be owned.
    var ownable: JSONValue {
        FieldSchema.unowned.reduce(self) { $0.setting($1, nil) }
    }

    /// The parts of a value that are owned one by one; nil of one that is owned as a whole.
    func parts(at path: FieldPath) -> [FieldPath.Element: JSONValue]? {
        let names = path.names
        switch self {
        case .object(let members):
            if FieldSchema.isAtomic(names) { return nil }
            return Dictionary(uniqueKeysWithValues: members.map { (.member($0.key), $0.value) })
        case .array(let items):
            guard let key = FieldSchema.key(ofList: names) else { return nil }
            let pairs = items.compactMap { item in
                item[key]?.string.map { (FieldPath.Element.item(name: key, value: $0), item) }
            }
            return Dictionary(pairs, uniquingKeysWith: { $1 })
        default: return nil
        }
    }

    /// The fields that somebody who applies this object will own.
    var appliedFields: FieldSet {
        var fields = FieldSet()
        func collect(_ value: JSONValue, _ path: FieldPath) {
            guard let parts = value.parts(at: path), !parts.isEmpty else {
                if !path.elements.isEmpty { fields.paths.insert(path) }
                return
            }
            if case .item = path.elements.last { fields.paths.insert(path) }
            for (element, part) in parts where !part.isNull { collect(part, path + element) }
        }
        collect(ownable, FieldPath())
        // Structs that are always there say nothing by being empty.
        fields.paths = fields.paths.filter { path in
            !FieldSchema.isAlwaysThere(path.names) || path.elements.count != path.names.count
        }
        return fields
    }
}
