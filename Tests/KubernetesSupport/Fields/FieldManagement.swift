import JSON

/// Keeps an object's `managedFields` for one write.
///
/// https://kubernetes.io/docs/reference/using-api/server-side-apply/
struct FieldManagement {
    struct Conflict: Sendable {
        let manager: String
        let path: FieldPath
    }

    struct Conflicts: Error {
        let all: [Conflict]
    }

    let manager: String
    let apiVersion: String
    let now: String

    /// A write other than by apply: who changes a field owns it alone.
    ///
    /// - Parameter old: nil if the object is made.
    func update(_ old: JSONValue?, to new: JSONValue) -> JSONValue {
        let difference = FieldComparison(from: old ?? [:], to: new)
        var entries = Self.entries(of: old ?? new)
        var own = take(.update, from: &entries)
        for index in entries.indices {
            entries[index].fields = entries[index].fields.subtracting(difference.changed)
                .subtracting(below: difference.removed)
        }
        own.fields = FieldSet(own.fields.subtracting(below: difference.removed).paths.union(difference.changed))
        if !difference.changed.isEmpty { own.time = now }
        return Self.setting(entries + [own], on: new)
    }

    /// A write by apply: what is applied is owned, and what is no longer applied goes.
    ///
    /// - Parameters:
    ///   - live: nil if the object is made.
    ///   - isForced: whether others lose fields that they own with another value.
    func apply(_ configuration: JSONValue, to live: JSONValue?, isForced: Bool) throws(Conflicts) -> JSONValue {
        var entries = live.map { Self.entries(of: $0) } ?? []
        var own = take(.apply, from: &entries)
        let applied = configuration.appliedFields
        var object = (live ?? [:]).merging(configuration, mergesLists: true)
        let conflicts = Self.conflicts(of: applied, from: live ?? [:], to: object, entries)
        if !conflicts.isEmpty, !isForced { throw Conflicts(all: conflicts.map(\.conflict)) }
        for (_, index, conflict) in conflicts { entries[index].fields.paths.remove(conflict.path) }

        let othersOwn = entries.reduce(into: Set()) { $0.formUnion($1.fields.paths) }
        let givenUp = own.fields.paths.subtracting(applied.paths).subtracting(othersOwn)
        for path in givenUp.sorted(by: { $0.elements.count > $1.elements.count }) {
            object = object.removing(path.elements[...])
        }
        for names in [["data"], ["metadata", "annotations"], ["metadata", "labels"]] {
            if object.at(names)?.isEmptyObject == true { object = object.setting(names, nil) }
        }
        if live?.ownable != object.ownable || own.fields != applied { own.time = now }
        own.fields = applied
        return Self.setting(entries + [own], on: object)
    }

    /// Takes the manager's own entry out of the list; a new one if it has none.
    private func take(
        _ operation: ManagedFieldsEntry.Operation,
        from entries: inout [ManagedFieldsEntry]
    ) -> ManagedFieldsEntry {
        let index = entries.firstIndex { entry in
            entry.manager == manager && entry.operation == operation && entry.subresource == nil
        }
        return index.map { entries.remove(at: $0) }
            ?? ManagedFieldsEntry(manager: manager, operation: operation, apiVersion: apiVersion, time: now)
    }

    /// The fields that others own and that would change, with the places of their owners.
    private static func conflicts(
        of applied: FieldSet,
        from live: JSONValue,
        to merged: JSONValue,
        _ entries: [ManagedFieldsEntry]
    ) -> [(description: String, index: Int, conflict: Conflict)] {
        var conflicts: [(description: String, index: Int, conflict: Conflict)] = []
        for (index, entry) in entries.enumerated() {
            for path in entry.fields.paths.intersection(applied.paths) {
                let (old, new) = (live.value(at: path), merged.value(at: path))
                // A map or an item of a list is its own fields, which are looked at one by one.
                guard old != new, new?.parts(at: path)?.isEmpty ?? true else { continue }
                conflicts.append((path.description, index, Conflict(manager: entry.description, path: path)))
            }
        }
        return conflicts.sorted { ($0.conflict.manager, $0.description) < ($1.conflict.manager, $1.description) }
    }

    private static func entries(of object: JSONValue) -> [ManagedFieldsEntry] {
        (object.at(["metadata", "managedFields"])?.array ?? []).compactMap { ManagedFieldsEntry($0) }
    }

    private static func setting(_ entries: [ManagedFieldsEntry], on object: JSONValue) -> JSONValue {
        let entries = entries.filter { !$0.fields.paths.isEmpty }.sorted(by: ManagedFieldsEntry.isOrdered)
        return object.setting(["metadata", "managedFields"], entries.isEmpty ? nil : .array(entries.map(\.json)))
    }
}
