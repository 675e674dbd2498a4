import Hummingbird
import NIOCore
import NIOSSL
import SwiftASN1
import X509

/// A request's context that knows its connection.
struct StandInContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Whom the client's certificate names; nil if it has none.
    var certified: User? {
        get async throws {
            guard let certificate = try await channel.nioSSL_peerCertificate().get() else { return nil }
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
        try? await channel.close()
    }

    /// Calls back once the connection is gone.
    func whenClosed(_ body: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in body() }
    }
}
