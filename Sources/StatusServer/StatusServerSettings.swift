package import Secrets

/// Where the server listens, and whom it lets do what.
package struct StatusServerSettings: Sendable {
    package var address = ListenAddress.standard
    /// Names by which it may be asked, beside loopback's and IP addresses; see ``RequestGuard``.
    package var hosts: Set<String> = []
    /// The token that `POST /reconcile` needs, read anew for each request; nil if it needs none.
    ///
    /// A token that cannot be read lets nobody in.
    package var triggerToken: (@Sendable () -> Secret?)?

    package init() {}
}
