import Synchronization

/// Collects what a registry complains of, where a program would end.
final class Mistakes: Sendable {
    private let messages = Mutex<[String]>([])

    var all: [String] { messages.withLock { $0 } }

    var collect: @Sendable (String) -> Void {
        { message in self.messages.withLock { $0.append(message) } }
    }
}
