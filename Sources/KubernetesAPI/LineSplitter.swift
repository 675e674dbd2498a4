/// Puts lines together from pieces that end anywhere.
struct LineSplitter {
    /// The longest line.
    static let limit = KubernetesClient.maximumObjectBytes

    private var bytes: [UInt8] = []
    /// Where the first line that was not taken begins.
    private var start = 0
    /// Up to where there is no line break.
    private var searched = 0

    /// Whether nothing is left, not even the begin of a line.
    var isEmpty: Bool { start == bytes.count }

    mutating func append(_ piece: [UInt8]) throws(Malformed) {
        bytes.removeFirst(start)
        searched -= start
        start = 0
        guard bytes.count + piece.count <= Self.limit else {
            throw Malformed("an event is longer than \(Self.limit) bytes")
        }
        bytes += piece
    }

    /// The next line that is complete, without its break.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = bytes.count
            return nil
        }
        defer { (start, searched) = (end + 1, end + 1) }
        return bytes[start..<end]
    }
}
