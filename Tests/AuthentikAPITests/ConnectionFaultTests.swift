import CurlTransport
import Testing

@testable import AuthentikAPI

/// What libcurl says with OpenSSL 3 and with GnuTLS, seen on servers that are wrong in one way each.
@Suite struct ConnectionFaultTests {
    @Test(arguments: [
        (35, "OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number", ConnectionFault.noTLS),
        (35, "OpenSSL/3.0.19: error:0A0000C6:SSL routines::packet length too long", .noTLS),
        (35, "gnutls_handshake() failed: An unexpected TLS packet was received.", .noTLS),
        (1, "Received HTTP/0.9 when not allowed", .onlyTLS),
        (60, "SSL certificate problem: certificate has expired", .expired),
        (60, "SSL certificate problem: certificate is not yet valid", .notYetValid),
        (60, "SSL: no alternative certificate subject name matches target host name '127.0.0.1'", .wrongHost),
        (60, "SSL: certificate subject name 'a' does not match target host name 'b'", .wrongHost),
        (35, "OpenSSL/3.0.19: error:0A000458:SSL routines::tlsv1 unrecognized name", .wrongHost),
        (60, "SSL certificate problem: self-signed certificate", .selfSigned),
        (60, "SSL certificate problem: self-signed certificate in certificate chain", .unknownAuthority),
        (60, "SSL certificate problem: unable to get local issuer certificate", .unknownAuthority),
        (77, "error setting certificate file: /tmp/ca.key", .unusableAuthorities),
        (58, "unable to set private key file: '/tmp/old.key' type PEM", .unusableClientCertificate),
        (58, "could not load PEM client certificate from /tmp/a, OpenSSL error …", .unusableClientCertificate),
        (
            56, "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required",
            .clientCertificateRefused
        ),
        (56, "OpenSSL SSL_read: error:0A000418:SSL routines::tlsv1 alert unknown ca", .clientCertificateRefused),
        (
            56, "OpenSSL SSL_read: error:0A000415:SSL routines::ssl/tls alert certificate expired",
            .clientCertificateRefused
        ),
        (35, "OpenSSL/3.0.19: error:0A00014D:SSL routines::legacy sigalg disallowed or unsupported", .noCommonVersion),
        (35, "OpenSSL/3.0.19: error:0A00042E:SSL routines::tlsv1 alert protocol version", .noCommonVersion),
        (35, "OpenSSL/3.0.19: error:0A000410:SSL routines::sslv3 alert handshake failure", .noCommonVersion),
        (35, "TLS connect error: error:0A000126:SSL routines::unexpected eof while reading", .endsInHandshake),
        (35, "something new", .otherTLS),
    ])
    func `each is told apart`(code: Int, message: String, fault: ConnectionFault) {
        let kind: TransportError.Kind = [35, 58, 60, 77].contains(code) ? .tls : code == 56 ? .interrupted : .other
        #expect(ConnectionFault(kind, message) == fault)
    }

    @Test func `each has a remedy of its own`() {
        let advice = ConnectionFault.allCases.map(\.advice)
        #expect(Set(advice).count == advice.count)
        #expect(ConnectionFault(.unknownHost, "Could not resolve host: x") == .unknownHost)
        #expect(ConnectionFault(.timedOut, "Connection timed out") == .nobodyAnswers)
        #expect(ConnectionFault(.interrupted, "Empty reply from server") == nil)
    }
}
