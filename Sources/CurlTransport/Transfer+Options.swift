import CCurl
import Glibc

/// The libcurl options that are set before a transfer begins.
extension Transfer {
    func describe(_ request: HTTPRequest) {
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        // libcurl 7.88 considers every connection to a host multiplexed as soon as one of them uses HTTP/2: a request
        // then waits behind a watch, or behind a dead connection.
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        if let body = request.body {
            set(CURLOPT_POSTFIELDSIZE_LARGE, size: body.count)
            body.withUnsafeBytes { bytes in
                // COPYPOSTFIELDS keeps a copy of its own, so the bytes need not outlive this call.
                _ = ccurl_set_pointer(
                    handle,
                    CURLOPT_COPYPOSTFIELDS,
                    UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? UnsafeRawPointer(errorText))
                )
            }
        }
        if request.method == "HEAD" { set(CURLOPT_NOBODY, 1) }
        set(CURLOPT_CUSTOMREQUEST, request.method)
        // "Expect: 100-continue" would cost a delay of a second with proxies that do not support it.
        headerList = curl_slist_append(headerList, "expect:")
        for field in request.headers.fields {
            headerList = curl_slist_append(headerList, "\(field.name): \(field.value)")
        }
        _ = ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, headerList)
    }

    /// Takes a connection from the pool, and returns it afterwards.
    func share(_ configuration: TransportConfiguration) {
        // All encodings that this libcurl supports.
        set(CURLOPT_ACCEPT_ENCODING, "")
        let idleSeconds = Int(configuration.idleLimit.components.seconds)
        if isSecond || (!request.isRepeatable && idleSeconds == 0) { set(CURLOPT_FRESH_CONNECT, 1) }
        // Requests that must not be repeated avoid connections that a server may be about to close as idle.
        if !request.isRepeatable, idleSeconds > 0 { set(CURLOPT_MAXAGE_CONN, idleSeconds) }
    }

    /// Uses a connection of its own.
    ///
    /// It is not decompressed: libcurl would run ahead of a slow reader.
    func separate() {
        set(CURLOPT_FRESH_CONNECT, 1)
        set(CURLOPT_FORBID_REUSE, 1)
    }

    func limit(_ configuration: TransportConfiguration) {
        set(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeLimit.curlMilliseconds)
        set(CURLOPT_NOSIGNAL, 1)
        // A hanging name look-up must not delay the end of the process.
        set(CURLOPT_QUICK_EXIT, 1)
        // Detect dead idle connections.
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_TCP_KEEPIDLE, 15)
        set(CURLOPT_TCP_KEEPINTVL, 5)
        let milliseconds = configuration.deadConnectionLimit.curlMilliseconds
        _ = ccurl_set_pointer(handle, CURLOPT_SOCKOPTDATA, UnsafeMutableRawPointer(bitPattern: milliseconds))
        _ = ccurl_set_socket_callback(handle) { milliseconds, socket, _ in
            var milliseconds = UInt32(clamping: UInt(bitPattern: milliseconds))
            let size = socklen_t(MemoryLayout<UInt32>.size)
            // If the system does not support it, the other limits suffice.
            _ = setsockopt(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, size)
            return CURL_SOCKOPT_OK
        }
    }

    func secure(_ configuration: TransportConfiguration) {
        set(CURLOPT_USERAGENT, configuration.userAgent)
        if let file = configuration.authoritiesFile { set(CURLOPT_CAINFO, file) }
        if let pem = configuration.authorities { set(CURLOPT_CAINFO_BLOB, pem) }
        if configuration.authoritiesFile != nil || configuration.authorities != nil {
            // Debian's libcurl would trust the system's directory in addition.
            _ = ccurl_set_string(handle, CURLOPT_CAPATH, nil)
        }
        if let pem = configuration.clientCertificate { set(CURLOPT_SSLCERT_BLOB, pem) }
        if let pem = configuration.clientKey { set(CURLOPT_SSLKEY_BLOB, pem) }
        if let file = configuration.clientCertificateFile { set(CURLOPT_SSLCERT, file) }
        if let file = configuration.clientKeyFile { set(CURLOPT_SSLKEY, file) }
        if let target = configuration.connectTo {
            connectList = curl_slist_append(nil, "::\(target)")
            _ = ccurl_set_pointer(handle, CURLOPT_CONNECT_TO, connectList)
        }
        switch configuration.proxy {
        case .environment: break
        case .none: set(CURLOPT_PROXY, "")
        case .server(let url): set(CURLOPT_PROXY, url)
        }
        // A proxy's answer to CONNECT is not the response.
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    }

    /// - Parameter timeLimit: nil for none.
    func limit(_ timeLimit: Duration?) { set(CURLOPT_TIMEOUT_MS, timeLimit?.curlMilliseconds ?? 0) }

    private func set(_ option: CURLoption, _ value: Int) { _ = ccurl_set_long(handle, option, value) }
    private func set(_ option: CURLoption, _ value: String) { _ = ccurl_set_string(handle, option, value) }
    private func set(_ option: CURLoption, _ pem: PEM) {
        _ = pem.bytes.withUnsafeBytes { bytes in
            ccurl_set_copied_blob(handle, option, bytes.baseAddress, bytes.count)
        }
    }

    private func set(_ option: CURLoption, size: Int) { _ = ccurl_set_size(handle, option, curl_off_t(size)) }
}
