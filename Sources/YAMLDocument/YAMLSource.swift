/// The bytes of a document, by line.
///
/// Line breaks are libyaml's (YAML 1.1): LF, CR, CR LF, NEL, LS and PS. A UTF-8 byte order mark is not part of it.
package struct YAMLSource: Sendable {
    let bytes: [UInt8]
    /// The offset of each line's first byte; there is always at least one line.
    private let lineStarts: [Int]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        self.lineStarts = Self.lineStarts(of: self.bytes)
    }

    package var lineCount: Int { lineStarts.count }

    /// A line without its break; nil if there is no such line.
    ///
    /// Bytes that are not UTF-8 are shown as U+FFFD.
    package func line(_ number: Int) -> String? {
        lineStarts.indices.contains(number - 1) ? String(decoding: lineBytes(number), as: UTF8.self) : nil
    }

    /// The length of a line without its break; 0 if there is no such line.
    package func byteCount(ofLine number: Int) -> Int {
        lineStarts.indices.contains(number - 1) ? lineBytes(number).count : 0
    }

    /// The positions of all lines that begin with `%`, like directives.
    var directives: [YAMLPosition] {
        lineStarts.enumerated().compactMap { index, start in
            start < bytes.count && bytes[start] == UInt8(ascii: "%") ? YAMLPosition(line: index + 1, column: 1) : nil
        }
    }

    /// The position of a byte; offsets beyond the end mean the end.
    func position(ofOffset offset: Int) -> YAMLPosition {
        let offset = min(max(offset, 0), bytes.count)
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return YAMLPosition(line: low + 1, column: Self.scalars(in: bytes[lineStarts[low]..<offset]) + 1)
    }

    /// Converts a position of libyaml, counted from 0; libyaml puts the end of the input a line below a last line
    /// without a break.
    func position(ofLine line: Int, column: Int) -> YAMLPosition {
        line < lineCount ? YAMLPosition(line: line + 1, column: column + 1) : position(ofOffset: bytes.count)
    }

    /// The scalar at a position; nil at the end of a line.
    func scalar(at position: YAMLPosition) -> Unicode.Scalar? {
        line(position.line)?.unicodeScalars.dropFirst(position.column - 1).first
    }

    private func lineBytes(_ number: Int) -> ArraySlice<UInt8> {
        let end = number < lineStarts.count ? lineStarts[number] : bytes.count
        let line = bytes[lineStarts[number - 1]..<end]
        guard number < lineStarts.count else { return line }
        let breakLength =
            switch line.last {
            case 0x0A: line.dropLast().last == 0x0D ? 2 : 1
            case 0x0D: 1
            case 0x85: 2
            default: 3
            }
        return line.dropLast(breakLength)
    }

    private static func scalars(in bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(into: 0) { count, byte in if byte & 0xC0 != 0x80 { count += 1 } }
    }

    private static func lineStarts(of bytes: [UInt8]) -> [Int] {
        var starts = [0]
        for index in bytes.indices {
            let isBreak =
                switch bytes[index] {
                case 0x0A: true
                case 0x0D: index + 1 == bytes.count || bytes[index + 1] != 0x0A
                case 0x85: index >= 1 && bytes[index - 1] == 0xC2
                case 0xA8, 0xA9: index >= 2 && bytes[index - 1] == 0x80 && bytes[index - 2] == 0xE2
                default: false
                }
            if isBreak { starts.append(index + 1) }
        }
        return starts
    }
}
