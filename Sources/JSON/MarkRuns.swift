/// Checks a string of a JSON text, before it is made, for content that would be slow to process.
///
/// Swift hashes and compares text in its canonical form, for which it sorts consecutive combining marks. That takes
/// time proportional to the square of their number: a megabyte of accents in one name takes minutes, which no time
/// limit stops. No language has more than a few in a row.
enum MarkRuns {
    private static let limit = 256

    /// Whether it does not have too many consecutive combining marks, literal or escaped.
    static func areShort(in string: ArraySlice<UInt8>) -> Bool {
        string.withUnsafeBufferPointer { bytes in
            var place = 0
            var run = 0
            while place < bytes.count {
                let byte = bytes[place]
                if byte < 0x80 && byte != UInt8(ascii: "\\") {
                    (place, run) = (place + 1, 0)
                    continue
                }
                let (scalar, width) = byte < 0x80 ? escaped(bytes[place...]) : plain(bytes[place...])
                place += width
                let isMark = scalar.map { $0.properties.canonicalCombiningClass != .notReordered } ?? false
                run = isMark ? run + 1 : 0
                if run > limit { return false }
            }
            return true
        }
    }

    private typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

    /// The scalar at the beginning, in UTF-8.
    private static func plain(_ bytes: Bytes) -> (Unicode.Scalar?, width: Int) {
        guard let lead = bytes.first, lead >= 0xC0 else { return (nil, 1) }
        let width = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        let value = bytes.dropFirst().prefix(width - 1)
            .reduce(UInt32(lead) & (0x7F >> UInt32(width))) { $0 << 6 | UInt32($1 & 0x3F) }
        return (Unicode.Scalar(value), width)
    }

    /// The scalar at the beginning, as `\u0301` or as a surrogate pair.
    private static func escaped(_ bytes: Bytes) -> (Unicode.Scalar?, width: Int) {
        guard let first = unit(bytes) else { return (nil, 2) }
        if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
        guard let second = unit(bytes.dropFirst(6)), UTF16.isLeadSurrogate(first), UTF16.isTrailSurrogate(second) else {
            return (nil, 6)
        }
        return (Unicode.Scalar(0x10000 + UInt32(first - 0xD800) << 10 + UInt32(second - 0xDC00)), 12)
    }

    private static func unit(_ bytes: Bytes) -> UInt16? {
        guard bytes.starts(with: "\\u".utf8) else { return nil }
        return UInt16(String(decoding: bytes.dropFirst(2).prefix(4), as: UTF8.self), radix: 16)
    }
}
