/// One request that was sent, and what came back: for counting.
package struct RequestRecord: Sendable {
    package var method: String
    package var endpoint: Endpoint
    /// The HTTP status; nil if no answer came.
    package var status: Int?
    /// `X-authentik-id`, which the audit log knows a write by.
    package var requestID: String?

    /// Whether it changes something.
    package var isWrite: Bool { method != "GET" }
}
