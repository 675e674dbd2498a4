/// Refuses what a web page of somebody else's could make a browser send.
///
/// A page elsewhere can post here, and by DNS rebinding it can do so, and read the answer, under a name of its own. So a
/// request that asks for a pass has to name this server by loopback, an IP address or a configured name, and its
/// `Origin`, if a browser sent one, has to be this server; where only this machine reaches the server, so has every
/// other request. There are no CORS headers: no other origin may read anything.
struct RequestGuard: Sendable {
    private let isLoopback: Bool
    private let hosts: Set<String>

    init(_ settings: StatusServerSettings) {
        isLoopback = settings.address.isLoopback
        hosts = Set(settings.hosts.map { $0.lowercased() })
    }

    /// Why a request is refused; nil if it is not.
    ///
    /// - Parameters:
    ///   - isWrite: whether it asks for a pass.
    ///   - host: the `Host` header.
    ///   - origin: the `Origin` header.
    func refusal(isWrite: Bool, host: String?, origin: String?) -> String? {
        guard isWrite || isLoopback else { return nil }
        guard let host, isOwn(host) else {
            return "the Host '\(host ?? "")' is none of this server's; name it with --allowed-host"
        }
        guard let origin else { return nil }
        guard
            origin.lowercased() == "http://\(host.lowercased())"
                || origin.lowercased() == "https://\(host.lowercased())"
        else { return "the Origin '\(origin)' is not this server" }
        return nil
    }

    private func isOwn(_ header: String) -> Bool {
        guard let host = HostName(header) else { return false }
        return host.isAddress || host.isLocalhost || hosts.contains(host.name)
    }
}
