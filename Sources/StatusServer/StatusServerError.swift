import Glibc
import NIOCore

/// The server cannot listen.
package struct StatusServerError: Error, CustomStringConvertible {
    /// A sentence without a full stop.
    package let description: String

    init(_ address: ListenAddress, _ error: any Error) {
        let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
        description = "the status server cannot listen on \(address): \(reason)"
    }
}
