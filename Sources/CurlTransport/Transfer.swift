import CCurl

/// One request under way: owns its easy handle and everything libcurl points into.
final class Transfer {
    let identifier: UInt64
    let handle: UnsafeMutableRawPointer
    /// A little after libcurl's own time limit, whose error tells more.
    let deadline: ContinuousClock.Instant

    private let request: HTTPRequest
    private let maximumBytes: Int
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var headerList: UnsafeMutablePointer<curl_slist>?

    private var headers: HTTPHeaders = [:]
    private var body: [UInt8] = []
    private var isTooLarge = false

    init?(identifier: UInt64, request: HTTPRequest, configuration: TransportConfiguration) {
        guard let handle = curl_easy_init() else { return nil }
        self.identifier = identifier
        self.handle = handle
        self.request = request
        self.maximumBytes = configuration.maximumResponseBytes
        let timeLimit = min(request.timeLimit ?? configuration.timeLimit, .seconds(Int32.max / 1000))
        deadline = .now + timeLimit + .milliseconds(20)
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        describe(request)
        limit(configuration)
        secure(configuration)
        receive()
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    /// What came of the transfer, given libcurl's verdict.
    func result(_ code: CURLcode) -> Result<HTTPResponse, TransportError> {
        guard code == CURLE_OK else { return .failure(error(code)) }
        var status = 0
        _ = ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return .success(HTTPResponse(status: status, headers: headers, body: body))
    }

    private func error(_ code: CURLcode) -> TransportError {
        let detail = String(cString: errorText)
        var sentBytes = 0
        _ = ccurl_get_long(handle, CURLINFO_REQUEST_SIZE, &sentBytes)
        return TransportError(
            kind: isTooLarge ? .responseTooLarge : TransportError.Kind(code),
            curlCode: Int(code.rawValue),
            message: isTooLarge
                ? "the answer is larger than \(maximumBytes) bytes"
                : (detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail),
            request: request.redactedDescription,
            mayHaveReachedServer: sentBytes > 0
        )
    }

    // MARK: - Options

    private func describe(_ request: HTTPRequest) {
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
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
        // "Expect: 100-continue" would cost a wait of a second wherever a proxy does not know it.
        headerList = curl_slist_append(headerList, "expect:")
        for field in request.headers.fields {
            headerList = curl_slist_append(headerList, "\(field.name): \(field.value)")
        }
        _ = ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, headerList)
        // Of all encodings that this libcurl knows.
        set(CURLOPT_ACCEPT_ENCODING, "")
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        // Over TLS, wait to learn whether one connection can carry all; in clear it never can, so do not wait.
        if request.url.lowercased().hasPrefix("https:") { set(CURLOPT_PIPEWAIT, 1) }
        if !request.isRepeatable { set(CURLOPT_FRESH_CONNECT, 1) }
    }

    private func limit(_ configuration: TransportConfiguration) {
        set(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeLimit.curlMilliseconds)
        set(CURLOPT_TIMEOUT_MS, (request.timeLimit ?? configuration.timeLimit).curlMilliseconds)
        set(CURLOPT_NOSIGNAL, 1)
        // A name look-up that hangs must not hold up the end of the process.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
    }

    private func secure(_ configuration: TransportConfiguration) {
        set(CURLOPT_USERAGENT, configuration.userAgent)
        if let file = configuration.authoritiesFile { set(CURLOPT_CAINFO, file) }
        if let file = configuration.clientCertificateFile { set(CURLOPT_SSLCERT, file) }
        if let file = configuration.clientKeyFile { set(CURLOPT_SSLKEY, file) }
        if case .none = configuration.proxy { set(CURLOPT_PROXY, "") }
        // The answer of a proxy to CONNECT is not the answer.
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    }

    private func receive() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        _ = ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        _ = ccurl_set_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            Transfer.from(context)?.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
        _ = ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        _ = ccurl_set_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            Transfer.from(context)?.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
    }

    private func set(_ option: CURLoption, _ value: Int) { _ = ccurl_set_long(handle, option, value) }
    private func set(_ option: CURLoption, _ value: String) { _ = ccurl_set_string(handle, option, value) }
    private func set(_ option: CURLoption, size: Int) { _ = ccurl_set_size(handle, option, curl_off_t(size)) }

    // MARK: - Callbacks

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Takes decompressed bytes; any other return value than their number ends the transfer.
    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard body.count + bytes.count <= maximumBytes else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    /// Takes one line: a status line, which begins a new set of headers (an interim 100 came before), or a field.
    private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            headers = [:]
        } else if let colon = line.firstIndex(of: ":") {
            headers.append(String(line[..<colon]), line[line.index(after: colon)...].trimmingWhitespace())
        }
        return bytes.count
    }
}

extension Substring {
    fileprivate func trimmingWhitespace() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
