import CCurl
import Foundation
import KubernetesSupport
import Testing

/// What it speaks, as a live server does: whatever the client likes best.
@Suite(.timeLimit(.minutes(60)))
struct ProtocolTests {
    @Test(arguments: [(CURL_HTTP_VERSION_2TLS, CURL_HTTP_VERSION_2_0), (CURL_HTTP_VERSION_1_1, CURL_HTTP_VERSION_1_1)])
    func `a client is answered in its protocol`(offered: Int, spoken: Int) async throws {
        try await withKubernetes { standIn in
            standIn.setSecret("grafana", in: "monitoring", ["secret": "first"])
            let url = standIn.url + "/api/v1/namespaces/monitoring/secrets/grafana"
            let (authorities, token) = (standIn.authorities, standIn.token)
            let answer = await withCheckedContinuation { continuation in
                Thread { continuation.resume(returning: ask(url, offered, authorities, token)) }.start()
            }
            #expect(answer?.status == 200)
            #expect(answer?.version == spoken)
            #expect(standIn.requests.map(\.user) == [KubernetesStandIn.serviceAccount])
        }
    }
}

/// Sends one request, and waits for the answer.
private func ask(_ url: String, _ version: Int, _ authorities: String, _ token: String) -> (status: Int, version: Int)?
{
    guard let handle = curl_easy_init() else { return nil }
    defer { curl_easy_cleanup(handle) }
    let headers = curl_slist_append(nil, "authorization: Bearer \(token)")
    defer { curl_slist_free_all(headers) }
    _ = ccurl_set_string(handle, CURLOPT_URL, url)
    _ = ccurl_set_string(handle, CURLOPT_CAINFO, authorities)
    _ = ccurl_set_string(handle, CURLOPT_PROXY, "")
    _ = ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, headers)
    _ = ccurl_set_long(handle, CURLOPT_HTTP_VERSION, version)
    _ = ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    _ = ccurl_set_callback(handle, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count }
    guard curl_easy_perform(handle) == CURLE_OK else { return nil }
    var (status, spoken) = (0, 0)
    _ = ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    _ = ccurl_get_long(handle, CURLINFO_HTTP_VERSION, &spoken)
    return (status, spoken)
}
