package import Base

/// Who leads of several replicas, as far as this one knows.
package struct LeadershipStatus: Sendable, Equatable, Codable {
    /// The Lease that decides: `authentik/reconcile`.
    package var lease: String
    /// Who this process is.
    package var identity: String
    /// Who leads; absent if nobody is known to.
    package var holder: String?
    /// Since when ``holder`` is who it is.
    package var since: Timestamp
    /// Where nobody leads: how long the Lease has to stay as it is before this process takes it; absent otherwise.
    package var waitSeconds: Int?
    /// Why the Lease cannot be reached; absent if it can.
    package var error: String?

    package init(lease: String, identity: String, since: Timestamp) {
        self.lease = lease
        self.identity = identity
        self.since = since
    }
}
