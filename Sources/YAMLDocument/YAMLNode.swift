/// One value of a document, with its position.
///
/// An alias is replaced by the node that it names, which keeps its original position.
package struct YAMLNode: Sendable {
    package enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        /// In the order of the document; keys are unique.
        case mapping([YAMLPair])
        /// A problem with it has already been reported.
        case invalid
    }

    package var content: Content
    /// Where it begins, including its tag and anchor.
    package var position: YAMLPosition
    /// The line of its last character.
    package var lastLine: Int
    /// The tag, such as `!custom`, or `!!str` for one of YAML's own; nil without one.
    package var tag: String?
}

/// Text that is neither a list nor a mapping.
package struct YAMLScalar: Sendable, Equatable {
    package enum Style: Sendable {
        case plain
        /// In single or double quotes.
        case quoted
        /// Literal (`|`) or folded (`>`).
        case block
    }

    package var text: String
    package var style: Style
    /// Whether each of its lines is a line of the document: true for a literal block.
    package var isLiteral = false

    package init(text: String, style: Style) {
        self.text = text
        self.style = style
    }
}

/// One `key: value` of a mapping.
package struct YAMLPair: Sendable {
    package var key: String
    package var keyPosition: YAMLPosition
    package var value: YAMLNode
}

/// A position in the text of a document.
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
