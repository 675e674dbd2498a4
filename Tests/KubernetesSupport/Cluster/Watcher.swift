/// The server's end of an open watch.
struct Watcher: Sendable {
    enum Item: Sendable {
        case bytes([UInt8])
        /// The end in order, after `timeoutSeconds`.
        case end
        /// The connection breaks.
        case cut
    }

    let selection: ObjectSelection
    let allowsBookmarks: Bool
    private let continuation: AsyncStream<Item>.Continuation
    /// What is not sent while watches are held silent.
    private var held: [Item] = []

    init(_ selection: ObjectSelection, allowsBookmarks: Bool, _ continuation: AsyncStream<Item>.Continuation) {
        self.selection = selection
        self.allowsBookmarks = allowsBookmarks
        self.continuation = continuation
    }

    mutating func send(_ item: Item, isHeld: Bool) {
        if isHeld {
            held.append(item)
        } else {
            continuation.yield(item)
        }
    }

    /// Sends what was held.
    mutating func release() {
        for item in held { continuation.yield(item) }
        held = []
    }

    /// Ends the stream without a word to the client.
    func finish() { continuation.finish() }
}
