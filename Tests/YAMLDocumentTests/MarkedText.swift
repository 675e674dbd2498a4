import YAMLDocument

/// Input in which `▲` marks the character where something is expected.
struct MarkedText {
    let bytes: [UInt8]
    let marks: [YAMLPosition]

    init(_ text: String) {
        var plain = String.UnicodeScalarView()
        var marks: [YAMLPosition] = []
        var position = YAMLPosition(line: 1, column: 1)
        for scalar in text.unicodeScalars {
            if scalar == "▲" {
                marks.append(position)
                continue
            }
            plain.append(scalar)
            position =
                scalar == "\n"
                ? YAMLPosition(line: position.line + 1, column: 1)
                : YAMLPosition(line: position.line, column: position.column + 1)
        }
        self.bytes = Array(String(plain).utf8)
        self.marks = marks
    }
}
