import Base
import CCurl

/// A running request: owns its easy handle and everything that libcurl refers to.
final class Transfer {
    let identifier: UInt64
    let handle: UnsafeMutableRawPointer
    /// The state of a streaming response.
    struct Streaming {
        var buffer: StreamBuffer
        var limits: StreamLimits
        var isPaused = false
        /// When data last arrived.
        var lastActivity = ContinuousClock.now
    }

    /// Whether it is the second attempt at a request, over a new connection.
    let isSecond: Bool
    /// When the request times out; nil for never.
    private let end: ContinuousClock.Instant?
    /// When it started; nil while it waits for a connection.
    private var beginning: ContinuousClock.Instant?
    /// Whether it was already checked for silence.
    private var isSilenceLookedAt = false
    /// Why the other attempt failed.
    var errorBefore: TransportError?
    private var streaming: Streaming?
    let request: HTTPRequest
    private let maximumBytes: Int
    private let silenceLimit: Duration
    let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    var headerList: UnsafeMutablePointer<curl_slist>?
    var connectList: UnsafeMutablePointer<curl_slist>?

    private var headers: HTTPHeaders = [:]
    private var body: [UInt8] = []
    /// Which part of the response is too large; nil if none is.
    private var excess: String?
    private var headerBytes = 0
    /// Whether an error body is longer than what is kept.
    private var isCut = false
    private var isTooLate = false
    /// Whether libcurl was allowed to send the request; only known if it has to check.
    private var wasLetThrough = false
    /// Whether the request was sent, and its connection ended without an answer.
    private var isAnswerLost = false
    /// Whether any part of an answer has arrived.
    private var hasAnswer = false
    /// Whether a stream has received its status and headers.
    private var hasHead = false

    /// The maximum size of all sets of headers together.
    private static let maximumHeaderBytes = 256 << 10
    /// The maximum that libcurl and the clock support.
    private static let longestTime = Duration.seconds(Int32.max / 1000)
    /// How much longer this waits than libcurl's own time limit, because libcurl's error is more specific.
    private static let grace = Duration.milliseconds(20)

    /// - Parameter first: the failed first attempt at the same request, if this is the second.
    init?(
        identifier: UInt64,
        request: HTTPRequest,
        configuration: TransportConfiguration,
        streaming: Streaming? = nil,
        after first: Transfer? = nil
    ) {
        guard let handle = curl_easy_init() else { return nil }
        self.identifier = identifier
        self.handle = handle
        self.request = request
        self.maximumBytes = request.maximumResponseBytes ?? configuration.maximumResponseBytes
        self.silenceLimit = configuration.silenceLimit
        self.streaming = streaming
        self.isSecond = first != nil
        let timeLimit = request.timeLimit ?? (streaming == nil ? configuration.timeLimit : nil)
        end = first == nil ? timeLimit.map { .now + min($0, Self.longestTime) } : first?.end
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        describe(request)
        streaming == nil ? share(configuration) : separate()
        limit(configuration)
        secure(configuration)
        receive()
        guardSending()
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headerList)
        curl_slist_free_all(connectList)
        errorText.deallocate()
    }

    var isStreaming: Bool { streaming != nil }

    /// Hands it to libcurl with the remaining time; false if that fails.
    func begin(in multi: UnsafeMutableRawPointer) -> Bool {
        beginning = .now
        limit(end.map { $0 - .now })
        return curl_multi_add_handle(multi, handle) == CURLM_OK
    }

    /// When to end it if libcurl has not; nil for never.
    var deadline: ContinuousClock.Instant? {
        let overall = end.map { $0 + Self.grace }
        guard let streaming, !streaming.isPaused else { return overall }
        let idle = streaming.lastActivity + min(silenceAllowed(streaming), Self.longestTime)
        return overall.map { min($0, idle) } ?? idle
    }

    private func silenceAllowed(_ streaming: Streaming) -> Duration {
        (hasHead ? nil : streaming.limits.head) ?? streaming.limits.idle
    }

    // MARK: - The second attempt

    /// When to check it for silence; nil for never.
    var silenceDeadline: ContinuousClock.Instant? {
        guard request.mayBeDoubled, !isStreaming, !isSecond, !hasAnswer, !isSilenceLookedAt else { return nil }
        return beginning.map { $0 + min(silenceLimit, Self.longestTime) }
    }

    /// A second attempt at the same request, concurrent with this one; nil if this one has a new connection itself.
    func second(_ configuration: TransportConfiguration) -> Transfer? {
        isSilenceLookedAt = true
        guard hasUsedConnection, sentBytes > 0 else { return nil }
        return Transfer(identifier: identifier, request: request, configuration: configuration, after: self)
    }

    /// A new attempt at the same request if this one only met dead connections; nil otherwise.
    ///
    /// libcurl itself tries the next connection of the pool, but only five times: when a server restarts, all are dead.
    func replacement(after error: TransportError, _ configuration: TransportConfiguration) -> Transfer? {
        guard error.kind == .interrupted, request.isRepeatable, !isStreaming, !isSecond else { return nil }
        guard hasUsedConnection, !hasAnswer, !isAnswerLost else { return nil }
        return Transfer(identifier: identifier, request: request, configuration: configuration, after: self)
    }

    /// Whether it used an existing connection rather than opening one.
    private var hasUsedConnection: Bool {
        var count = 0
        return ccurl_get_long(handle, CURLINFO_NUM_CONNECTS, &count) == CURLE_OK && count == 0
    }

    // MARK: - The end

    /// Continues after its reader has caught up.
    func resume() {
        guard streaming?.isPaused == true else { return }
        streaming?.isPaused = false
        streaming?.lastActivity = .now
        curl_easy_pause(handle, CURLPAUSE_CONT)
    }

    /// The result of the transfer, given libcurl's result code.
    func result(_ code: CURLcode) -> Result<HTTPResponse, TransportError> {
        guard code == CURLE_OK || isCut else {
            let error = error(code)
            // Of two attempts, the one that may have had an effect counts.
            guard let errorBefore, errorBefore.mayHaveReachedServer else { return .failure(error) }
            return .failure(error.mayHaveReachedServer ? error : errorBefore)
        }
        var response = HTTPResponse(status: status, headers: headers, body: body)
        response.answerTime = answerTime
        return .success(response)
    }

    private var answerTime: Duration {
        func moment(_ info: CURLINFO) -> Duration {
            var microseconds: curl_off_t = 0
            _ = ccurl_get_microseconds(handle, info, &microseconds)
            return .microseconds(Int64(microseconds))
        }
        return max(moment(CURLINFO_STARTTRANSFER_TIME_T) - moment(CURLINFO_PRETRANSFER_TIME_T), .zero)
    }

    private var status: Int {
        var status = 0
        _ = ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    private var sentBytes: Int {
        var count = 0
        _ = ccurl_get_long(handle, CURLINFO_REQUEST_SIZE, &count)
        return count
    }

    private func error(_ code: CURLcode) -> TransportError {
        let detail = String(cString: errorText)
        var kind = TransportError.Kind(code)
        var message = detail.isEmpty ? description(of: code) : detail
        if let excess { (kind, message) = (.responseTooLarge, excess) }
        if isTooLate { (kind, message) = (.tooLate, "the time limit expired before it could be sent") }
        if isAnswerLost { (kind, message) = (.interrupted, "the connection ended before an answer came") }
        return TransportError(
            kind: kind,
            curlCode: Int(code.rawValue),
            message: message,
            request: request.redactedDescription,
            // The counter includes bytes that were sent to a proxy before.
            mayHaveReachedServer: sentBytes > 0 && (wasLetThrough || !isGuarded)
        )
    }

    private func description(of code: CURLcode) -> String {
        if code == CURLE_OPERATION_TIMEDOUT, let streaming {
            return "no data received for \(silenceAllowed(streaming))"
        }
        if code == CURLE_OPERATION_TIMEDOUT, beginning == nil { return "no connection became available in time" }
        return String(cString: curl_easy_strerror(code))
    }

    // MARK: - Callbacks

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

    /// Makes libcurl check, immediately before it sends the request, whether it still may.
    ///
    /// It checks again when it is about to repeat a request, whatever its method, because the connection that it reused
    /// ended without an answer (`Curl_retry_request`, which no option turns off).
    private func guardSending() {
        guard isGuarded else { return }
        _ = ccurl_set_pointer(handle, CURLOPT_PREREQDATA, Unmanaged.passUnretained(self).toOpaque())
        _ = ccurl_set_request_callback(handle) { context, _, _, _, _ in
            Transfer.from(context)?.mayBeSent() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
    }

    private var isGuarded: Bool { request.sendBefore != nil || !request.isRepeatable }

    private func mayBeSent() -> Bool {
        let isOver = request.sendBefore.map { ContinuousClock.now >= $0 } ?? false
        if wasLetThrough {
            // The server may have acted on the first copy.
            isAnswerLost = isOver || !request.isRepeatable
            return !isAnswerLost
        }
        isTooLate = isOver
        wasLetThrough = !isOver
        return wasLetThrough
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Receives decompressed bytes; any return value other than their number ends the transfer.
    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        if let streaming {
            let isTaken = streaming.buffer.receive(bytes)
            self.streaming?.isPaused = !isTaken
            self.streaming?.lastActivity = .now
            return isTaken ? bytes.count : Int(CURL_WRITEFUNC_PAUSE)
        }
        let room = HTTPRequest.maximumErrorBytes - body.count
        if !(200..<300).contains(status), bytes.count > room {
            isCut = true
            body.append(contentsOf: bytes.prefix(room))
            return 0
        }
        guard body.count + bytes.count <= maximumBytes else {
            excess = "the answer is larger than \(maximumBytes) bytes"
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    /// Receives one line: a status line, which begins a new set of headers (for instance after an interim 100), or a field.
    private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        hasAnswer = true
        headerBytes += bytes.count
        guard headerBytes <= Self.maximumHeaderBytes else {
            excess = "the headers of the answer are larger than \(Self.maximumHeaderBytes) bytes"
            return 0
        }
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            headers = [:]
        } else if line == "\r\n" || line == "\n" {
            endHeaders()
        } else if let colon = line.firstIndex(of: ":") {
            headers.append(String(line[..<colon]), line[line.index(after: colon)...].trimmed)
        }
        return bytes.count
    }

    /// A stream begins with its headers, not with those of an interim response or with trailers.
    private func endHeaders() {
        guard let streaming, !hasHead, status >= 200 else { return }
        hasHead = true
        self.streaming?.lastActivity = .now
        streaming.buffer.receive((status, headers))
    }
}
