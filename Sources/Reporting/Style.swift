import Base
import DesiredState

/// The layout of text for its destination: colours and a width for a terminal, neither for a pipe.
package struct Style: Sendable {
    /// Colours, and faint text.
    package enum Color: Sendable {
        case red, green, yellow, dim
    }

    package var isColored: Bool
    /// The number of columns of the terminal; nil for no terminal, where nothing is wrapped.
    package var width: Int?

    /// - Parameter width: fewer columns than are readable count as ``narrowest``.
    package init(isColored: Bool, width: Int? = nil) {
        self.isColored = isColored
        self.width = width.map { max($0, Self.narrowest) }
    }

    private static let narrowest = 40

    package func colored(_ text: String, _ color: Color) -> String {
        switch color {
        case .red: red(text)
        case .green: green(text)
        case .yellow: yellow(text)
        case .dim: dim(text)
        }
    }

    package func red(_ text: String) -> String { wrap(text, 31) }
    package func green(_ text: String) -> String { wrap(text, 32) }
    package func yellow(_ text: String) -> String { wrap(text, 33) }
    package func dim(_ text: String) -> String { wrap(text, 2) }
    package func bold(_ text: String) -> String { wrap(text, 1) }

    /// ECMA-48, "select graphic rendition".
    private func wrap(_ text: String, _ code: Int) -> String {
        isColored && !text.isEmpty ? text.rendered("\(code)") : text
    }
}

extension String {
    /// Followed by spaces, up to a width in columns.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - columns))
    }

    /// With control characters escaped, and those that reorder or break the text around them: text from Authentik or
    /// from a file could otherwise affect the terminal, or be mistaken for something else.
    ///
    /// Commands to a CI runner are disabled.
    package var printable: String {
        guard unicodeScalars.contains(where: \.isUnprintable) else { return RunnerCommand.neutralized(self) }
        return RunnerCommand.neutralized(self).unicodeScalars.reduce(into: "") { text, scalar in
            text += scalar.isUnprintable ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
    }
}
