extension String {
    /// The number of terminal columns that it takes.
    ///
    /// Characters of East Asian scripts and most emoji take two (Unicode Standard Annex 11, "wide" and "fullwidth");
    /// colours take none.
    var columns: Int {
        let text = contains("\u{1B}") ? replacing(Self.rendition, with: "") : self
        return text.utf8.count == text.unicodeScalars.count ? text.utf8.count : text.reduce(0) { $0 + $1.columns }
    }

    private static var rendition: Regex<Substring> { /\u{1B}\[[0-9;]*m/ }

    /// Lines of at most a given width, broken at spaces, or within a word that is too long by itself.
    ///
    /// - Parameter width: nil for no limit.
    func wrapped(to width: Int?) -> [String] {
        guard let width, width > 0, columns > width else { return [self] }
        var lines: [String] = []
        var line = ""
        var room = width
        for word in split(separator: " ", omittingEmptySubsequences: false).map(String.init) {
            let needed = word.columns + (line.isEmpty ? 0 : 1)
            if needed <= room {
                line += line.isEmpty ? word : " \(word)"
                room -= needed
                continue
            }
            if !line.isEmpty { lines.append(line) }
            (line, room) = ("", width)
            for character in word {
                if character.columns > room {
                    let rest = line.cutAfterSeparator()
                    lines.append(line)
                    (line, room) = (rest, width - rest.columns)
                }
                line.append(character)
                room -= character.columns
            }
        }
        return lines + [line]
    }
}

extension String {
    /// Cuts off what follows the last separator of a URL or a list, unless that is much of it.
    ///
    /// - Returns: what was cut off.
    fileprivate mutating func cutAfterSeparator() -> String {
        let separators: Set<Character> = ["/", "?", "&", ",", ";", "-", "_", "."]
        guard let separator = lastIndex(where: separators.contains),
            let end = index(separator, offsetBy: 1, limitedBy: endIndex),
            distance(from: end, to: endIndex) <= count / 3
        else { return "" }
        defer { removeSubrange(end...) }
        return String(self[end...])
    }
}

extension Style {
    /// Text below a heading, wrapped at the terminal's width.
    ///
    /// - Parameters:
    ///   - label: the start of the first line, formatted: `error:`.
    ///   - labelColumns: the number of columns that it takes.
    ///   - color: of the text; nil for none.
    func lines(
        _ text: String,
        label: String = "",
        labelColumns: Int = 0,
        indent: Int,
        color: Color? = nil
    ) -> [String] {
        let space = labelColumns == 0 ? 0 : labelColumns + 1
        let room = width.map { max(Self.narrowestText, $0 - indent - space) }
        return text.wrapped(to: room).enumerated().map { index, line in
            let line = color.map { colored(line, $0) } ?? line
            let head = labelColumns == 0 ? "" : index == 0 ? "\(label) " : String(repeating: " ", count: space)
            return String(repeating: " ", count: indent) + head + line
        }
    }

    /// The minimum width of a column, however narrow the terminal is.
    static let narrowestText = 20
}

extension Character {
    fileprivate var columns: Int {
        guard let scalar = unicodeScalars.first else { return 0 }
        if unicodeScalars.contains("\u{FE0F}") { return 2 }
        return Self.wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
        0x20000...0x3FFFD,
    ]
}
