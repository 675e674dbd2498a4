import CCurl

/// Why there was no response.
///
/// It contains the address without its query, libcurl's own code and text, and nothing of headers or bodies.
package struct TransportError: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// The host name cannot be resolved.
        case unknownHost
        /// The address did not answer.
        case unreachable
        /// TLS failed: an untrusted or wrong certificate, no common version.
        case tls
        /// A time limit passed.
        case timedOut
        /// It was not sent: ``HTTPRequest/sendBefore`` had passed.
        case tooLate
        /// The connection ended prematurely.
        case interrupted
        /// The response is larger than the transport accepts.
        case responseTooLarge
        /// The request cannot be sent as it is: not a URL, a line break in a header.
        case invalidRequest
        /// Anything else libcurl reports.
        case other
    }

    package var kind: Kind
    /// libcurl's error code (see libcurl-errors(3)); 0 if libcurl was not asked.
    package var curlCode: Int
    /// libcurl's text, or this transport's own: a clause without a full stop.
    package var message: String
    /// The method and URL, without the query.
    package var request: String
    /// Whether the server may have seen the request, so that a write may have happened.
    package var mayHaveReachedServer: Bool
}

extension TransportError: CustomStringConvertible {
    package var description: String { "\(request): \(message)" }
}

extension TransportError.Kind {
    /// Classifies libcurl's codes by what they mean for the caller.
    init(_ code: CURLcode) {
        self =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unknownHost
            case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: .unreachable
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
                CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED, CURLE_SSL_CLIENTCERT,
                CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CRL_BADFILE,
                CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED:
                .tls
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_SSL_SHUTDOWN_FAILED:
                .interrupted
            case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidRequest
            default: .other
            }
    }
}
