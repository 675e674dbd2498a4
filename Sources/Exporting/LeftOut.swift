/// An application that a file does not declare.
package struct LeftOut: Sendable, Equatable {
    package var slug: String
    /// A clause.
    package var reason: String
}
