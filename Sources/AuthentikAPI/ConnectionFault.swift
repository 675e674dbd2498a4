package import CurlTransport

/// Why there is no connection to Authentik, by address, TLS and certificates; each reason has its own remedy.
package enum ConnectionFault: Sendable, Equatable, CaseIterable {
    case unknownHost, nobodyAnswers
    /// `https://` to a port that speaks plain HTTP.
    case noTLS
    /// `http://` to a port that speaks TLS.
    case onlyTLS
    case expired, notYetValid, wrongHost, selfSigned, unknownAuthority
    /// The file of CA certificates, the client certificate or its key cannot be used.
    case unusableAuthorities, unusableClientCertificate
    case clientCertificateRefused, noCommonVersion, endsInHandshake
    case otherTLS

    /// - Returns: nil for any other error.
    package init?(_ error: TransportError) {
        self.init(error.kind, error.message)
    }

    init?(_ kind: TransportError.Kind, _ message: String) {
        let words = message.lowercased()
        if let known = Self.words.first(where: { entry in entry.words.contains { words.contains($0) } }) {
            self = known.fault
            return
        }
        switch kind {
        case .unknownHost: self = .unknownHost
        case .unreachable, .timedOut: self = .nobodyAnswers
        case .tls: self = .otherTLS
        default: return nil
        }
    }

    /// The messages of OpenSSL, GnuTLS and libcurl.
    ///
    /// An alert is the server's complaint about this client, so alerts come before the same words about the server's
    /// certificate.
    private static let words: [(fault: ConnectionFault, words: [String])] = [
        (
            .noCommonVersion,
            [
                "alert protocol version", "unsupported protocol", "no protocols available", "legacy sigalg",
                "alert handshake failure",
            ]
        ),
        (.wrongHost, ["unrecognized name"]),
        (
            .clientCertificateRefused,
            [
                "alert certificate required", "alert bad certificate", "alert unknown ca", "alert certificate expired",
                "alert certificate unknown", "alert certificate revoked",
            ]
        ),
        (.noTLS, ["wrong version number", "packet length too long", "http request", "unexpected tls packet"]),
        (.onlyTLS, ["http/0.9"]),
        (.expired, ["certificate has expired", "certificate is expired"]),
        (.notYetValid, ["certificate is not yet valid"]),
        (
            .wrongHost,
            ["no alternative certificate subject name", "does not match target host", "hostname mismatch"]
        ),
        (.unknownAuthority, ["certificate in certificate chain", "issuer certificate", "first certificate"]),
        (.selfSigned, ["self-signed certificate", "self signed certificate"]),
        (
            .unusableAuthorities,
            ["error setting certificate", "error adding trust anchors", "certificate verify locations"]
        ),
        (
            .unusableClientCertificate,
            ["client certificate", "set private key", "private key from", "private key file", "pem file"]
        ),
        (.endsInHandshake, ["unexpected eof", "ssl_error_syscall", "in connection to"]),
    ]

    /// Whether it is about TLS, with advice that the error itself does not give.
    package var isOfTLS: Bool { self != .unknownHost && self != .nobodyAnswers }

    /// What to do, as a clause.
    package var advice: String {
        switch self {
        case .unknownHost: "check the host name in the address, and that this machine can resolve it"
        case .nobodyAnswers:
            "check the address and its port, and what may block the connection: a NetworkPolicy, a firewall, a proxy"
        case .noTLS:
            "this port speaks HTTP, not HTTPS: use http:// in the address (only in a trusted network), or the port for "
                + "HTTPS (Authentik's own is 9443)"
        case .onlyTLS: "this port speaks HTTPS, not HTTP: use https:// in the address"
        case .expired: "its certificate has expired: renew it on the server"
        case .notYetValid: "its certificate is not valid yet: check the clocks of this machine and of the server"
        case .wrongHost:
            "its certificate is not for this host: use a name that is in the certificate, or add this one to it"
        case .selfSigned: "its certificate is self-signed: pass that certificate with --ca-file"
        case .unknownAuthority:
            "the CA that signed its certificate is not trusted here: pass the CA's certificate with --ca-file; if it is a "
                + "public CA, the server must also send the intermediate certificates"
        case .unusableAuthorities: "the file given with --ca-file must contain PEM certificates"
        case .unusableClientCertificate:
            "the files given with --client-certificate and --client-key must be PEM, and match"
        case .clientCertificateRefused:
            "it requires a client certificate, or rejects this one: see --client-certificate and --client-key"
        case .noCommonVersion: "no common TLS version or cipher: enable TLS 1.2 or 1.3 on the server"
        case .endsInHandshake:
            "the connection was closed during the TLS handshake: the port may belong to another program or a proxy"
        case .otherTLS: "TLS failed: check the address, the server's certificate and --ca-file"
        }
    }
}

extension AuthentikClient {
    /// Why there is no connection; nil if the error is not about that.
    ///
    /// If a plain address may be that of a TLS port, it is tried, without the token.
    package func connectionFault(behind error: AuthentikError) async -> ConnectionFault? {
        if let fault = error.transport.flatMap(ConnectionFault.init) { return fault }
        // A port that speaks TLS answers plain HTTP with an alert, a page of status 400, or by ending the connection.
        let isInterrupted = error.transport?.kind == .interrupted
        let isBadRequest = error.kind == .notAuthentik && error.status == 400
        guard address.isPlain, isInterrupted || isBadRequest else { return nil }
        return await speaksTLS() ? .onlyTLS : nil
    }

    /// Whether a plain address speaks TLS, with any certificate.
    private func speaksTLS() async -> Bool {
        var client = self
        // The time for a pass may be used up.
        client.deadline = nil
        do {
            let url = "https" + address.description.dropFirst("http".count)
            _ = try await client.visit("\(url)/-/health/live/", of: nil, within: .seconds(5))
            return true
        } catch let error as TransportError {
            switch ConnectionFault(error) {
            case .expired, .notYetValid, .wrongHost, .selfSigned, .unknownAuthority, .clientCertificateRefused:
                return true
            default: return false
            }
        } catch {
            return false
        }
    }
}
