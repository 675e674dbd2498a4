/// Why Python's `re` refuses a pattern.
package struct PythonPatternError: Error, Sendable, Equatable {
    /// A clause: `a '(' is not closed`.
    package var reason: String
    /// Of the pattern's scalars, from 0: where it goes wrong.
    package var offset: Int

    init(_ reason: String, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
