import Base
import DesiredState

/// Colours for a terminal, or none.
struct Style: Sendable {
    var isColored: Bool

    func red(_ text: String) -> String { wrap(text, 31) }
    func green(_ text: String) -> String { wrap(text, 32) }
    func yellow(_ text: String) -> String { wrap(text, 33) }
    func dim(_ text: String) -> String { wrap(text, 2) }
    func bold(_ text: String) -> String { wrap(text, 1) }

    /// ECMA-48, "select graphic rendition".
    private func wrap(_ text: String, _ code: Int) -> String {
        isColored && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

/// `1 service`, `2 services`.
func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}

/// As people read it: `0.31 s`.
func seconds(_ duration: Duration) -> String {
    seconds(duration.inSeconds)
}

/// The same of a number that may come from anywhere.
func seconds(_ number: Double) -> String {
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
    var printable: String {
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
