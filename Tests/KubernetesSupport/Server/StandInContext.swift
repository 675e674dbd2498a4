import Hummingbird
import NIOCore
import NIOSSL
import SwiftASN1
import X509

/// A request's context that knows its connection.
struct StandInContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection, or the stream of it that is this request's own.
    private let channel: any Channel
    /// The client's port, which no other connection has at the same time; nil if it had gone already.
    let port: Int?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        // It is forgotten once the connection is closed.
        port = source.channel.remoteAddress?.port
    }

    /// Above a connection there is only the listener; above a stream of HTTP/2, its connection.
    private var connection: any Channel {
        guard let parent = channel.parent, parent.parent != nil else { return channel }
        return parent
    }

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
