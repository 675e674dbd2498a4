import CCurl
import Secrets

/// GET requests by libcurl's multi interface and nothing else: the answers are ignored.
struct Floor {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    var token: Secret
    /// The number of concurrent requests; each handle keeps its connection for its next one.
    var connections: Int

    func read(_ addresses: [String]) throws {
        guard ccurl_global_init() == CURLE_OK, let multi = curl_multi_init() else {
            throw Failure(description: "libcurl does not initialise")
        }
        defer { curl_multi_cleanup(multi) }
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
        var headers = curl_slist_append(nil, "accept: application/json")
        headers = curl_slist_append(headers, "authorization: Bearer \(token.exposed)")
        defer { curl_slist_free_all(headers) }
        var left = addresses[...]
        var running: Int32 = 0
        var handles: [UnsafeMutableRawPointer] = []
        defer { for handle in handles { curl_easy_cleanup(handle) } }
        for _ in 0..<min(connections, addresses.count) {
            guard let handle = curl_easy_init() else { throw Failure(description: "libcurl makes no handle") }
            handles.append(handle)
            prepare(handle, headers)
            _ = begin(&left, handle, multi)
        }
        repeat {
            guard curl_multi_perform(multi, &running) == CURLM_OK else { throw Failure(description: "libcurl failed") }
            var queued: Int32 = 0
            while let message = curl_multi_info_read(multi, &queued) {
                guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
                try check(handle, message.pointee.data.result)
                curl_multi_remove_handle(multi, handle)
                if begin(&left, handle, multi) { running += 1 }
            }
            if running > 0 { curl_multi_poll(multi, nil, 0, 1_000, nil) }
        } while running > 0
        for handle in handles { curl_multi_remove_handle(multi, handle) }
    }

    private func prepare(_ handle: UnsafeMutableRawPointer, _ headers: UnsafeMutablePointer<curl_slist>?) {
        _ = ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, headers)
        _ = ccurl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        _ = ccurl_set_string(handle, CURLOPT_ACCEPT_ENCODING, "")
        _ = ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        _ = ccurl_set_callback(handle, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count }
    }

    /// Sends the next request with a free handle.
    ///
    /// - Returns: whether there was one left to send.
    private func begin(
        _ left: inout ArraySlice<String>,
        _ handle: UnsafeMutableRawPointer,
        _ multi: UnsafeMutableRawPointer
    ) -> Bool {
        guard let address = left.popFirst() else { return false }
        _ = ccurl_set_string(handle, CURLOPT_URL, address)
        return curl_multi_add_handle(multi, handle) == CURLM_OK
    }

    private func check(_ handle: UnsafeMutableRawPointer, _ result: CURLcode) throws {
        var status = 0
        _ = ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        guard result == CURLE_OK else { throw Failure(description: String(cString: curl_easy_strerror(result))) }
        guard (200..<300).contains(status) else { throw Failure(description: "the server answered \(status)") }
    }
}
