import Glibc
import NIOCore

/// Why a sandbox does not run.
package enum SandboxError: Error, Equatable, CustomStringConvertible {
    case cannotListen(host: String, port: Int, reason: String)
    case cannotRead(path: String, reason: String)
    case cannotWrite(path: String, reason: String)
    /// The file holds no state of a sandbox.
    case noState(path: String, reason: String)

    package var description: String {
        switch self {
        case .cannotListen(let host, let port, let reason): "cannot listen on \(host):\(port): \(reason)"
        case .cannotRead(let path, let reason): "cannot read '\(path)': \(reason)"
        case .cannotWrite(let path, let reason): "cannot write '\(path)': \(reason)"
        case .noState(let path, let reason): "finds no state of a sandbox in '\(path)': \(reason)"
        }
    }

    /// The reason without the name of the system call, which NIO puts first.
    static func reason(of error: IOError) -> String {
        switch error.errnoCode {
        case EADDRINUSE: "the port is already in use"
        case EACCES: "permission denied"
        case EADDRNOTAVAIL: "this machine has no such address"
        default: String(describing: error)
        }
    }
}
