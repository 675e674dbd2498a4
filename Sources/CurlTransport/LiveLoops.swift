import Glibc
import Synchronization

/// The event loops that run, so that none is at work while the process exits.
///
/// exit(3) takes OpenSSL down (its handler is registered by OPENSSL_init_crypto(3)) while other threads go on, and a
/// loop that closes a TLS connection just then crashes the process: a job that did all it should would end with 139.
/// Handlers run in the reverse order of their registration, so this one, registered after curl_global_init(3), comes
/// first, and ends all loops.
enum LiveLoops {
    /// A loop that does not end by then is left behind.
    private static let limit: Duration = .seconds(2)

    private static let mailboxes = Mutex<[ObjectIdentifier: Mailbox]>([:])

    private static let isRegistered = atexit { LiveLoops.end() } == 0

    /// Notes a loop that is about to run.
    static func enter(_ mailbox: Mailbox) {
        _ = isRegistered
        mailboxes.withLock { $0[ObjectIdentifier(mailbox)] = mailbox }
    }

    /// Notes that a loop has ended, and all its connections are closed.
    static func leave(_ mailbox: Mailbox) {
        mailboxes.withLock { $0[ObjectIdentifier(mailbox)] = nil }
    }

    private static func end() {
        for mailbox in mailboxes.withLock({ Array($0.values) }) { mailbox.close() }
        let deadline = ContinuousClock.now + limit
        while !mailboxes.withLock({ $0.isEmpty }), ContinuousClock.now < deadline { usleep(200) }
    }
}
