package import Base

/// Whether people get through to a service with forward-auth, and by which outpost.
package struct ServingRecord: Sendable, Equatable, Codable {
    /// The raw value of ``ServingStanding/State-swift.enum``.
    package var state: String
    /// The outpost's name.
    package var outpost: String
    /// When an instance of it was seen last; absent for never, or if that is not known.
    package var lastSeen: Timestamp?
    /// Why it is not served, or not known to be: a clause; absent if it is served.
    package var complaint: String?

    package init(_ standing: ServingStanding) {
        state = standing.state.rawValue
        outpost = standing.outpost
        lastSeen = standing.lastSeen
        complaint = standing.complaint
    }

    /// What ``state`` can be.
    package static let states = ServingStanding.State.allCases.map(\.rawValue)

    /// Whether it is served; nil if that is not known.
    package var isServed: Bool? {
        switch ServingStanding.State(rawValue: state) {
        case .served: true
        case .notInOutpost, .outpostNotSeen: false
        case .unknown, nil: nil
        }
    }
}
