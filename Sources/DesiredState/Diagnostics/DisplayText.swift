import Base

/// Text that is safe to print, and how many columns of a terminal it takes.
struct DisplayText {
    private(set) var text = ""
    private(set) var width = 0
    /// The number of columns before the scalar at `caret`.
    private(set) var caretColumn = 0

    /// - Parameter caret: The index of a scalar.
    init(_ original: String, caret: Int = 0) {
        let scalars = Array(original.unicodeScalars)
        let commands = RunnerCommand.signs(in: scalars)
        for (index, scalar) in scalars.enumerated() {
            if index == caret { caretColumn = width }
            if scalar == "\t" {
                text += "    "
                width += 4
            } else if commands.contains(index) || scalar.isUnprintable {
                let escape = RunnerCommand.escape(scalar)
                text += escape
                width += escape.utf8.count
            } else {
                text.unicodeScalars.append(scalar)
                width += Self.width(of: scalar)
            }
        }
        if caret >= scalars.count { caretColumn = width }
    }

    /// An estimate: Unicode Standard Annex #11 by its large blocks.
    private static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
