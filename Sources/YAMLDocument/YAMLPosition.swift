/// A place in the text of a document.
package struct YAMLPosition: Sendable, Hashable, Comparable {
    /// Counted from 1.
    package var line: Int
    /// In Unicode scalars, counted from 1.
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
