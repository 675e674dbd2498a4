import Synchronization

/// Lets one large answer be decoded at a time, of all that a client and its copies have.
///
/// Decoding takes up to thirty times the size of an answer in memory; several lists are read at once.
final class DecodingTurn: Sendable {
    private static let largeBytes = 256 << 10

    private let turn = Mutex(())

    func take<Result>(ofBytes count: Int, _ decode: () throws -> Result) rethrows -> Result {
        guard count > Self.largeBytes else { return try decode() }
        return try turn.withLock { _ in try decode() }
    }
}
