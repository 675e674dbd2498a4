/// Why a text is no JSON, and where.
package struct JSONParseError: Error, Equatable, CustomStringConvertible {
    package let reason: String
    /// Counted from 1.
    package let line: Int
    /// In code points, counted from 1.
    package let column: Int
    /// In code points, counted from 0.
    package let offset: Int

    /// - Parameter offset: in bytes.
    init(reason: String, offset: Int, in bytes: [UInt8]) {
        let before = String(decoding: bytes[..<offset], as: UTF8.self).unicodeScalars
        self.reason = reason
        self.line = before.count { $0 == "\n" } + 1
        self.column = before.reversed().prefix { $0 != "\n" }.count + 1
        self.offset = before.count
    }

    package var description: String { "\(reason): line \(line) column \(column) (char \(offset))" }
}
