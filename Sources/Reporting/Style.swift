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
        isColored && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

/// `1 service`, `2 services`.
///
/// - Parameter plural: where it is not the noun and an s.
package func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(plural ?? noun + "s")"
}

/// As people read it: `0.31 s`.
package func seconds(_ duration: Duration) -> String {
    seconds(duration.inSeconds)
}

/// The same of a number that may come from anywhere.
package func seconds(_ number: Double) -> String {
    let hundredths = Int(clamping: (number * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
}

extension Int {
    /// The whole part of a number that may come from anywhere, or the nearest there is; 0 for what is below, or no number.
    init(clamping number: Double) {
        self = number > 0 ? Int(exactly: number.rounded(.down)) ?? .max : 0
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

extension Unicode.Scalar {
    fileprivate var isUnprintable: Bool {
        guard !(0x20..<0x7f).contains(value) else { return false }
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: return true
        // The joiners are parts of emoji and of scripts.
        case .format: return self != "\u{200C}" && self != "\u{200D}"
        default: return false
        }
    }
}
