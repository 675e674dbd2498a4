/// What of a request decides its faults.
struct FaultRequest {
    let method: String
    /// Path and query, as they were sent.
    let target: String
    /// Whether it came with a token, valid or not.
    let hasToken: Bool

    /// The path, as it was sent.
    var path: Substring { target.prefix { $0 != "?" } }

    var isWrite: Bool { !["GET", "HEAD", "OPTIONS"].contains(method) }

    /// Which page of a list it asks for; 1 if it does not say.
    var page: Int {
        let query = target.drop { $0 != "?" }.dropFirst()
        let value = query.split(separator: "&").last { $0.hasPrefix("page=") }
        return value.flatMap { Int($0.dropFirst("page=".count)) } ?? 1
    }

    /// Whoever waits for the sandbox to live asks here, and shall be told.
    var isExempt: Bool { path == "/-/health/live/" }
}
