import JSON

extension JSONValue {
    /// The value below some member names.
    func at(_ path: [String]) -> JSONValue? {
        var value = self
        for name in path {
            guard let member = value[name] else { return nil }
            value = member
        }
        return value
    }

    /// Itself with another value below some member names; nil removes.
    func setting(_ path: [String], _ value: JSONValue?) -> JSONValue {
        guard let name = path.first else { return value ?? .null }
        var members = object ?? [:]
        let rest = Array(path.dropFirst())
        if rest.isEmpty {
            members[name] = value
        } else if value != nil || members[name] != nil {
            members[name] = (members[name] ?? [:]).setting(rest, value)
        }
        return .object(members)
    }

    /// Itself with members that it lacks; the values beside them are kept.
    func defaulting(_ defaults: JSONValue) -> JSONValue {
        guard case .object(var members) = self, case .object(let others) = defaults else { return self }
        for (name, value) in others { members[name] = members[name].map { $0.defaulting(value) } ?? value }
        return .object(members)
    }

    /// Whether it is an object without members.
    var isEmptyObject: Bool { object?.isEmpty ?? false }

    /// An object but for the times of its field managers and its version.
    var withoutTimesOfManagers: JSONValue {
        var entries = at(["metadata", "managedFields"])?.array ?? []
        entries = entries.map { $0.setting(["time"], nil) }
        return setting(["metadata", "managedFields"], .array(entries)).setting(["metadata", "resourceVersion"], nil)
    }
}
