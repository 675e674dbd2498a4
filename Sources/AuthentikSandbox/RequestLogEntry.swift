/// One answered request.
package struct RequestLogEntry: Sendable {
    package let method: String
    /// The path with its query, in which the values of parameters that may carry a secret are left out.
    package let path: String
    package let status: Int
    /// From the arrival of the whole request to its answer.
    package let duration: Duration

    /// Whether the method may change something.
    package var isWrite: Bool { !["GET", "HEAD", "OPTIONS"].contains(method) }

    package init(method: String, path: String, status: Int, duration: Duration) {
        self.method = method
        self.path = Self.withoutSecrets(path)
        self.status = status
        self.duration = duration
    }

    private static let secretParameters: Set<Substring> = [
        "client_secret", "token", "code", "password", "key", "id_token_hint", "access_token", "refresh_token",
    ]

    private static func withoutSecrets(_ path: String) -> String {
        guard let mark = path.firstIndex(of: "?") else { return path }
        let query = path[path.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false)
        let shown = query.map { pair -> Substring in
            guard let sign = pair.firstIndex(of: "="), secretParameters.contains(pair[..<sign]) else { return pair }
            return pair[...sign] + "***"
        }
        return path[...mark] + shown.joined(separator: "&")
    }
}
