import JSON

/// Fields that somebody owns.
struct FieldSet: Equatable, Sendable {
    var paths: Set<FieldPath> = []

    /// From `fieldsV1`: a tree, in which a dot stands for the node itself.
    init(_ tree: JSONValue) {
        add(tree, FieldPath())
    }

    init(_ paths: Set<FieldPath> = []) {
        self.paths = paths
    }

    private mutating func add(_ tree: JSONValue, _ path: FieldPath) {
        let members = tree.object ?? [:]
        if members.isEmpty || members["."] != nil, !path.elements.isEmpty { paths.insert(path) }
        for (name, value) in members {
            guard let element = FieldPath.Element(name) else { continue }
            add(value, path + element)
        }
    }

    /// As `fieldsV1`.
    var tree: JSONValue {
        var tree: JSONValue = [:]
        for path in paths {
            let names = path.elements.map(\.text)
            if tree.at(names) == nil { tree = tree.setting(names, [:]) }
        }
        for path in paths {
            let names = path.elements.map(\.text)
            if let node = tree.at(names), !node.isEmptyObject { tree = tree.setting(names + ["."], [:]) }
        }
        return tree
    }

    /// Without some fields and what is below them.
    func subtracting(below removed: Set<FieldPath>) -> FieldSet {
        FieldSet(paths.filter { path in !removed.contains { path.starts(with: $0) } })
    }

    func subtracting(_ others: Set<FieldPath>) -> FieldSet { FieldSet(paths.subtracting(others)) }
}
