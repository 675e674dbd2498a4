/// The time that a restart carries, which tells it from any other one of the same workload.
package enum RestartTime: Sendable, Equatable {
    /// That of a restart which was begun before: to do it again changes nothing.
    case recorded(String)
    /// When it is begun, and later than another one's.
    case now(after: String?)
}
