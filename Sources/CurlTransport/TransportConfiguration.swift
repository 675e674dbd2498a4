import BuildIdentity

/// How a ``CurlTransport`` connects.
package struct TransportConfiguration: Sendable {
    package enum Proxy: Sendable {
        /// `HTTPS_PROXY`, `http_proxy`, `NO_PROXY` and so on, as curl(1) documents them.
        case environment
        case none
        /// The URL of an HTTP proxy, for every server.
        case server(String)
    }

    /// Until a connection is established, including TLS.
    package var connectTimeLimit: Duration = .seconds(10)
    /// From the start of a request to the last byte of its answer, unless the request says otherwise.
    package var timeLimit: Duration = .seconds(30)
    /// How long an answer may be missing on a reused connection before a request that may be doubled is sent again over
    /// a new one.
    package var silenceLimit: Duration = .seconds(5)
    /// How long sent data may stay unacknowledged before the connection counts as dead.
    ///
    /// TCP acknowledges data even if the server is slow.
    package var deadConnectionLimit: Duration = .seconds(15)
    /// The maximum idle time of a connection over which a request is sent that must not be repeated.
    ///
    /// It is below the usual keep-alive limits (five seconds and more), so that the server is unlikely to close the
    /// connection at the same moment. Only whole seconds count; with less than one, such requests get new connections.
    /// Other requests also use connections that were idle for longer.
    package var idleLimit: Duration = .seconds(2)
    /// The maximum size of a body, after decompression.
    package var maximumResponseBytes = 64 * 1024 * 1024
    /// The maximum number of concurrent connections to one host; further requests wait for one.
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
    /// `host:port` to connect to instead of a URL's host, which is then only used to verify the certificate.
    package var connectTo: String?
    package var proxy: Proxy = .environment
    /// The product and version of this program by default.
    package var userAgent: String

    package init() {
        userAgent = Build.userAgent
    }
}

extension Duration {
    /// Rounded up, so that a positive duration never becomes "no limit"; limited to libcurl's maximum.
    var curlMilliseconds: Int {
        let (seconds, attoseconds) = components
        let fraction = attoseconds / 1_000_000_000_000_000
        return Int(min(max(seconds, 0), Int64(Int32.max) / 1000 - 1)) * 1000 + Int(max(fraction, 0)) + 1
    }
}

/// Certificates or a key in PEM; never printed.
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
