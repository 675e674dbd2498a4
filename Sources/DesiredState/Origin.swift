import Kinds

/// Where a service lives: the beginning of its launch URL and its redirect URIs.
struct Origin: Hashable {
    static let schemes = WebAddress.schemes

    var scheme: String
    var host: String
    /// Nil for the scheme's own port.
    var port: Int?

    init(scheme: String, host: String, port: Int?) {
        self.scheme = scheme
        self.host = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        self.port = port == Self.standardPort(of: scheme) ? nil : port
    }

    /// `https://sso.example.net:8444`; a scheme's own port is left out, as browsers do.
    var text: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

    private static func standardPort(of scheme: String) -> Int { scheme == "http" ? 80 : 443 }
}
