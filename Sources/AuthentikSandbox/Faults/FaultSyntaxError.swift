/// A rule or plan that makes no sense.
package struct FaultSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and what could stand there; a clause without a full stop.
    package let description: String

    init(description: String) {
        self.description = description
    }
}
