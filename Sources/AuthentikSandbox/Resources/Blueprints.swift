package import FoundationEssentials
import JSON

/// `authentik_blueprints.blueprintinstance`: a file that Authentik applies automatically, without events in the audit
/// log.
///
/// A fresh sandbox has none; a fresh Authentik has some thirty of its own, for its flows.
struct Blueprint: Sendable, Codable {
    var pk = UUID()
    var name: String
    var path: String
    var isEnabled = true
    var status = "successful"
    var lastApplied: Date

    var json: JSONValue {
        [
            "pk": pk.json,
            "name": .string(name),
            "path": .string(path),
            "context": [:],
            "last_applied": lastApplied.json,
            "last_applied_hash": "",
            "status": .string(status),
            "enabled": .bool(isEnabled),
            "managed_models": [],
            "metadata": [:],
            "content": "",
        ]
    }
}

/// `/managed/blueprints/`, looked up by UUID.
///
/// Blueprints are declared in a state, and only shown here; no recording has them.
///
/// Source: `authentik/blueprints/api.py`.
enum Blueprints: Resource {
    static let app = "authentik_blueprints"
    static let modelName = "blueprintinstance"
    static let model = "BlueprintInstance"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [Blueprint] { store.blueprints.inOrder() }
    static func rowsByKey(in store: inout Store) -> [Blueprint] { store.blueprints.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> Blueprint? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.blueprints[pk]
    }

    static func filter(_ filter: inout Filter<Blueprint>, in store: Store) {
        filter.text("name") { $0.name }
        filter.text("path") { $0.path }
        filter.search { [$0.name, $0.path] }
    }

    static func sortKey(_ field: String) -> ((Blueprint) -> SortKey)? {
        switch field {
        case "name": { .text($0.name) }
        case "path": { .text($0.path) }
        case "last_applied": { .number(Int($0.lastApplied.timeIntervalSince1970 * 1_000_000)) }
        default: nil
        }
    }

    static func json(_ row: Blueprint, _ request: APIRequest, in store: Store) -> JSONValue { row.json }
}

extension SandboxState {
    /// Applies a blueprint, like Authentik when its file has changed: its writes are not in the audit log.
    ///
    /// A blueprint that does not exist yet is added.
    ///
    /// - Parameters:
    ///   - path: relative to Authentik's folder of blueprints.
    ///   - isApplied: whether it could be applied; otherwise it has written nothing.
    ///   - time: when it is applied.
    ///   - change: the changes that it makes.
    package mutating func applyBlueprint(
        _ name: String,
        path: String,
        isEnabled: Bool = true,
        isApplied: Bool = true,
        at time: Date = .now,
        _ change: (inout SandboxState) -> Void = { _ in }
    ) {
        var blueprint =
            store.blueprints.inOrderOfCreation.first { $0.name == name }
            ?? Blueprint(name: name, path: path, lastApplied: time)
        blueprint.path = path
        blueprint.isEnabled = isEnabled
        blueprint.lastApplied = time
        blueprint.status = isApplied ? "successful" : "error"
        store.blueprints[blueprint.pk] = blueprint
        if isApplied { change(&self) }
    }

    /// Sets the group of an application, like a blueprint or a shell would; a missing application changes nothing.
    package mutating func setGroup(_ group: String, ofApplication slug: String) {
        guard var application = store.application(slug: slug) else { return }
        application.group = group
        store.applications[application.pk] = application
    }
}
