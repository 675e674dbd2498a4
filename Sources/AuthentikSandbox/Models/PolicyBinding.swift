import FoundationEssentials

/// `authentik_policies.policybinding`: who passes a target.
struct PolicyBinding: Sendable, Codable {
    var pk = UUID()
    /// An application's, an entitlement's or a flow's.
    var target: UUID?
    var policy: UUID?
    var group: UUID?
    var user: Int?
    var negate = false
    var isEnabled = true
    var order = 0
    /// Seconds.
    var timeout = 30
    var failureResult = false
}
