import Hummingbird
import NIOCore
import NIOSSL
import SwiftASN1
import Synchronization
import X509

/// Counts connections, so that each has a number of its own for good.
///
/// A client's port would not do: the kernel gives that of a closed connection to the next.
private final class ConnectionNumbers: Sendable {
    static let shared = ConnectionNumbers()

    private let state = Mutex((last: 0, open: [ObjectIdentifier: Int]()))

    func number(of channel: any Channel) -> Int {
        let identifier = ObjectIdentifier(channel)
        let (number, isNew) = state.withLock { state in
            if let number = state.open[identifier] { return (number, false) }
            state.last += 1
            state.open[identifier] = state.last
            return (state.last, true)
        }
        if isNew {
            channel.closeFuture.whenComplete { [self] _ in state.withLock { $0.open[identifier] = nil } }
        }
        return number
    }
}

/// A request's context that knows its connection.
struct StandInContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection, or the stream of it that is this request's own.
    private let channel: any Channel
    /// Which connection it is; see ``ConnectionNumbers``.
    let number: Int

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        number = ConnectionNumbers.shared.number(of: Self.connection(of: source.channel))
    }

    /// Above a connection there is only the listener; above a stream of HTTP/2, its connection.
    private static func connection(of channel: any Channel) -> any Channel {
        guard let parent = channel.parent, parent.parent != nil else { return channel }
        return parent
    }

    private var connection: any Channel { Self.connection(of: channel) }

    /// Whom the client's certificate names; nil if it has none.
    var certified: User? {
        get async throws {
            guard let certificate = try await connection.nioSSL_peerCertificate().get() else { return nil }
            let subject = try Certificate(derEncoded: certificate.toDERBytes()).subject
            for name in subject.flatMap({ Array($0) }) where name.type == .RDNAttributeType.commonName {
                return User(name: String(describing: name.value))
            }
            return nil
        }
    }

    /// Breaks the connection.
    func close() async {
        // It fails only if the client was quicker.
        try? await connection.close()
    }

    /// Calls back once nobody waits for the answer any more.
    func whenClosed(_ body: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in body() }
    }

    /// Waits until nobody waits for the answer any more, or until it is cancelled.
    func waitUntilClosed() async {
        let (end, continuation) = AsyncStream<Never>.makeStream()
        whenClosed { continuation.finish() }
        for await _ in end {}
    }
}
