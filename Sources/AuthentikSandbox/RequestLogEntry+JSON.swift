package import JSON

extension RequestLogEntry {
    /// `{"method": …, "path": …, "status": …, "milliseconds": …}`, and `"faults": […]` if there were any.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "method": .string(method),
            "path": .string(path),
            "status": .integer(status),
            "milliseconds": .double(milliseconds),
        ]
        if !faults.isEmpty { members["faults"] = .strings(faults) }
        return .object(members)
    }

    /// The duration in milliseconds, to a tenth.
    package var milliseconds: Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) * 1000 + (Double(attoseconds) / 1e14).rounded() / 10
    }
}
