package import Base

/// Whether people can reach a service with forward-auth, and through which outpost.
package struct ServingRecord: Sendable, Equatable, Codable {
    /// The raw value of ``ServingStanding/State-swift.enum``.
    package var state: String
    /// The outpost's name.
    package var outpost: String
    /// When an instance of it was last seen; absent for never, or if unknown.
    package var lastSeen: Timestamp?
    /// Why it is not served, or not known to be: a clause; absent if it is served.
    package var complaint: String?

    package init(_ standing: ServingStanding) {
        state = standing.state.rawValue
        outpost = standing.outpost
        lastSeen = standing.lastSeen
        complaint = standing.complaint
    }

    /// The possible values of ``state``.
    package static let states = ServingStanding.State.allCases.map(\.rawValue)

    /// Whether it is served; nil if unknown.
    package var isServed: Bool? {
        switch ServingStanding.State(rawValue: state) {
        case .served: true
        case .notInOutpost, .outpostNotSeen: false
        case .unknown, nil: nil
        }
    }
}
