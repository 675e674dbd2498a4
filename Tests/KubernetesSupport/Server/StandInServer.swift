import HTTPServing
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL

/// Serves a stand-in over HTTPS until its task is cancelled; once.
struct StandInServer: Sendable {
    let standIn: KubernetesStandIn
    let port: Int
    private let tls: TLSConfiguration

    init(_ standIn: KubernetesStandIn, port: Int, _ authority: Authority) throws {
        self.standIn = standIn
        self.port = port
        let identity = try authority.server()
        let certificates = try NIOSSLCertificate.fromPEMBytes([UInt8](identity.certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: [UInt8](identity.key.utf8), format: .pem)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes([UInt8](authority.certificate.utf8)))
        // A client without a certificate comes with a token.
        tls.certificateVerification = .optionalVerification
        tls.applicationProtocols = NegotiatedChannel.protocols
        self.tls = tls
    }

    func run(onReady: @escaping @Sendable () async -> Void) async throws {
        let waiting = WaitingConnections()
        let application = Hummingbird.Application(
            responder: StandInResponder(standIn: standIn),
            server: try .tls(
                HTTPServerBuilder { responder in
                    let configuration = HTTP1Channel.Configuration(additionalChannelHandlers: [HangUpHandler()])
                    let http1 = HTTP1Channel(responder: responder, configuration: configuration)
                    return NegotiatedChannel(
                        http1: KeptHTTP1Channel(http1, waiting: waiting),
                        http2: HTTP2Channel(responder: responder)
                    )
                },
                tlsConfiguration: tls
            ),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { _ in await onReady() },
            // What a test must know is in the answer; what the server says beside it would only disturb the output.
            logger: Logger(label: "kubernetes", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        do {
            try await application.run()
        } catch is CancellationError {}
        await waiting.close()
    }
}
