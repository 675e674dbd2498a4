package import JSON

/// One answered request.
package struct RequestLogEntry: Sendable {
    package let method: String
    /// The path with its query, without the values of parameters that may contain a secret.
    package let path: String
    /// The status that the client saw; 0 if the connection was reset instead.
    package let status: Int
    /// From the arrival of the whole request to its answer.
    package let duration: Duration
    /// The injected faults: `reset=after`.
    package let faults: [String]
    /// The user of the token; nil if there was none, or if a fault kept the request from being examined.
    package let caller: String?
    /// The permissions that it needs, whether granted or not: `authentik_core.view_application`.
    package let permissions: [String]

    /// Whether the method may change something.
    package var isWrite: Bool { !["GET", "HEAD", "OPTIONS"].contains(method) }

    package init(
        method: String,
        path: String,
        status: Int,
        duration: Duration,
        faults: [String] = [],
        caller: String? = nil,
        permissions: [String] = []
    ) {
        self.method = method
        self.path = Self.withoutSecrets(path)
        self.status = status
        self.duration = duration
        self.faults = faults
        self.caller = caller
        self.permissions = permissions
    }

    private static let secretParameters: Set<String> = [
        "client_secret", "token", "code", "password", "key", "id_token_hint", "access_token", "refresh_token",
    ]

    private static func withoutSecrets(_ path: String) -> String {
        guard let mark = path.firstIndex(of: "?") else { return path }
        let query = path[path.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false)
        let shown = query.map { pair -> Substring in
            guard let sign = pair.firstIndex(of: "="),
                secretParameters.contains(PercentEncoding.decode(pair[..<sign], plusIsSpace: true))
            else { return pair }
            return pair[...sign] + "***"
        }
        return path[...mark] + shown.joined(separator: "&")
    }
}

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
