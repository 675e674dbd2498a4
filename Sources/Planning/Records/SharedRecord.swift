import Base
package import Kinds

/// A shared object of a plan or report, in its saved format.
package struct SharedRecord: SharedObject, Equatable, Encodable {
    package let kind: Kind
    package let name: String
    /// The raw value of ``Decision``.
    package var action: String
    /// The reason, as a clause; absent for objects that are only created if missing.
    package var reason: String?
    /// Absent if no field changes.
    package var changes: [ChangeRecord]?

    /// The kind is given by the member that contains the record.
    private enum CodingKeys: CodingKey {
        case name, action, reason, changes
    }

    package init(_ plan: SharedObjectPlan) {
        kind = plan.kind
        name = plan.name
        action = plan.decision.rawValue
        if case .marked = plan.kind.ownership { reason = plan.reason }
        changes = plan.changes.isEmpty ? nil : plan.changes.map(ChangeRecord.init)
    }

    init(_ kind: Kind, from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.kind = kind
        name = try members.decode(String.self, forKey: .name)
        action = try members.decode(String.self, forKey: .action)
        reason = try members.decodeIfPresent(String.self, forKey: .reason)
        changes = try members.decodeIfPresent([ChangeRecord].self, forKey: .changes)
    }
}

extension SharedRecord {
    /// What is no longer as planned, a clause each.
    static func differences(from planned: [SharedRecord], to now: [SharedRecord]) -> [String] {
        func table(_ records: [SharedRecord]) -> [SharedName: SharedRecord] {
            Dictionary(records.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
        }
        let (before, after) = (table(planned), table(now))
        let dropped = planned.filter { after[$0.identity] == nil }
        return (now + dropped).flatMap { record -> [String] in
            let (before, after) = (before[record.identity], after[record.identity])
            guard before?.action == after?.action else {
                let (planned, now) = (before?.action ?? "nothing", after?.action ?? "not declared")
                return ["\(record.title): planned \(planned); now \(now)"]
            }
            return changedFields(from: before?.changes ?? [], to: after?.changes ?? []).map { "\(record.title): \($0)" }
        }
    }
}

// MARK: - In a document

/// In JSON, shared objects are members of the document, one for each kind: `groups`, and so on.
private struct KindKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ kind: Kind) {
        stringValue = kind.member
    }

    init?(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) { nil }
}

extension Encoder {
    /// Adds a member for each kind that has any objects.
    package func encode<Object: SharedObject & Encodable>(byKind objects: [Object]) throws {
        var members = container(keyedBy: KindKey.self)
        for (kind, objects) in objects.byKind { try members.encode(objects, forKey: KindKey(kind)) }
    }
}

extension Decoder {
    /// Reads the members of all kinds.
    package func decodeByKind<Object: SharedObject>(
        _ decode: (Kind, any Decoder) throws -> Object
    ) throws -> [Object] {
        let members = try container(keyedBy: KindKey.self)
        var objects: [Object] = []
        // Kinds that are never written are in no document, and their names may be used otherwise: policies.
        for kind in Kind.all where kind.writes != nil && members.contains(KindKey(kind)) {
            var list = try members.nestedUnkeyedContainer(forKey: KindKey(kind))
            while !list.isAtEnd { objects.append(try decode(kind, list.superDecoder())) }
        }
        return objects
    }
}
