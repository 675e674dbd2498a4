/// Whether a declared service is to be there.
package enum ServiceState: String, Sendable, CaseIterable {
    case present
    /// It is deleted if it is there and ours, also without `prune`.
    case absent
}
