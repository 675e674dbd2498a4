import Glibc
import Hummingbird
import NIOCore

/// A request's context that knows its connection, so that a fault can end it.
struct SandboxContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Closes the connection at once, by a TCP reset: what was not sent yet is dropped.
    func reset() async {
        let discard = linger(l_onoff: 1, l_linger: 0)
        // Without the option the connection is closed in order, which a client takes for the same.
        try? await (channel as? any SocketOptionProvider)?.setSoLinger(discard).get()
        await close()
    }

    func close() async {
        // It fails only if the client was quicker.
        try? await channel.close()
    }
}
