/// Lets one large answer be decoded at a time, of all that a client and its copies have.
///
/// Decoding takes up to thirty times the size of an answer in memory; several lists are read at once. Who waits for its
/// turn holds up no thread, which others need, to renew a Lease for one.
actor DecodingTurn {
    private static let largeBytes = 256 << 10

    nonisolated func take<Value: Sendable>(
        ofBytes count: Int,
        _ decode: @Sendable () throws -> Value
    ) async throws -> Value {
        count > Self.largeBytes ? try await take(decode) : try decode()
    }

    private func take<Value: Sendable>(_ decode: @Sendable () throws -> Value) throws -> Value { try decode() }
}
