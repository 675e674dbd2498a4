import Base
import DesiredState

/// Colours for a terminal, or none.
package struct Style: Sendable {
    /// What a terminal shows by more than words.
    package enum Color: Sendable {
        case red, green, yellow, dim
    }

    package var isColored: Bool

    package init(isColored: Bool) {
        self.isColored = isColored
    }

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
    /// With spaces behind it, up to a width.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    /// Without control characters, and those that reorder or break what is around them: they could write to the
    /// terminal, or show, what Authentik or a file made up.
    ///
    /// Nor is there anything that a CI runner takes for a command.
    package var printable: String {
        guard unicodeScalars.contains(where: \.isUnprintable) else { return RunnerCommand.neutralized(self) }
        return RunnerCommand.neutralized(self).unicodeScalars.reduce(into: "") { text, scalar in
            text += scalar.isUnprintable ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
    }
}
