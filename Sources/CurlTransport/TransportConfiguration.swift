import BuildIdentity

/// How a ``CurlTransport`` connects.
package struct TransportConfiguration: Sendable {
    package enum Proxy: Sendable {
        /// `HTTPS_PROXY`, `http_proxy`, `NO_PROXY` and so on, as curl(1) documents them.
        case environment
        case none
    }

    /// Until a connection stands, TLS included.
    package var connectTimeLimit: Duration = .seconds(10)
    /// From the start of a request to the last byte of its answer, unless the request says otherwise.
    package var timeLimit: Duration = .seconds(30)
    /// How long nothing of an answer may come, over a connection that was used before, until a request that may be
    /// doubled is sent once more over a new one.
    package var silenceLimit: Duration = .seconds(5)
    /// How long the other side may confirm nothing of what was sent until the connection counts as dead.
    ///
    /// It is TCP that confirms: a server that is slow does so, too.
    package var deadConnectionLimit: Duration = .seconds(15)
    /// The largest body that is accepted, after decompression.
    package var maximumResponseBytes = 64 * 1024 * 1024
    /// Connections to one host that are open at the same time; further requests wait for one.
    package var maximumConnectionsPerHost = 8
    /// A PEM file with the authorities to trust instead of the system's.
    package var authoritiesFile: String?
    /// The PEM text of the authorities; it takes precedence over the file.
    package var authorities: PEM?
    /// PEM files of a client certificate and its key.
    package var clientCertificateFile: String?
    package var clientKeyFile: String?
    /// The client certificate and key as PEM text.
    package var clientCertificate: PEM?
    package var clientKey: PEM?
    /// `host:port` to connect to wherever a URL points, whose host then is only what the certificate must name.
    package var connectTo: String?
    package var proxy: Proxy = .environment
    /// The product and version of this program, unless the caller says otherwise.
    package var userAgent: String

    package init() {
        userAgent = Build.userAgent
    }
}

extension Duration {
    /// Rounded up, so that a positive duration never becomes "no limit"; what is too long for libcurl is cut.
    var curlMilliseconds: Int {
        let (seconds, attoseconds) = components
        let fraction = attoseconds / 1_000_000_000_000_000
        return Int(min(max(seconds, 0), Int64(Int32.max) / 1000 - 1)) * 1000 + Int(max(fraction, 0)) + 1
    }
}

/// Certificates or a key in PEM; it never prints them.
package struct PEM: Sendable, Equatable {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }
}

extension PEM: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(PEM)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
