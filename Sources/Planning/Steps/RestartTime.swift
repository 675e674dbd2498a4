/// The time of a restart, which tells it from any other one of the same workload, where a mark tells of it before it is
/// known.
package enum RestartTime: Sendable, Equatable {
    /// The step that writes the mark begins the restart: it is now, and later than another one's.
    case now(after: String?)
    /// That of the restart which a step before began.
    case begun(by: Step.ID)

    var maker: Step.ID? { if case .begun(let step) = self { step } else { nil } }
}
