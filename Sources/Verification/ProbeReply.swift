package import CurlTransport
import JSON

/// The response to a probe.
package enum ProbeReply: Sendable, Equatable {
    case answer(HTTPResponse)
    case none(TransportError)

    /// The failure of a response that did not come from the service itself; nil for any other response.
    ///
    /// | | the failure is |
    /// |---|---|
    /// | no answer | unreachable |
    /// | 502, 503, 504, 429 | unavailable |
    func trouble(at url: String) -> ProbeFailure? {
        switch self {
        case .none(let error):
            return ProbeFailure(
                .unreachable,
                "\(url) does not answer: \(error.message)",
                remedy: "check that this address is correct and can be reached from where this program runs"
            )
        case .answer(let response) where [429, 502, 503, 504].contains(response.status):
            return ProbeFailure(
                .unavailable,
                "\(url) answers \(response.status)",
                remedy: "wait; if it lasts, check the service there, or the one behind its reverse proxy"
            )
        case .answer: return nil
        }
    }

    /// Why further probes are pointless; nil if this response does not say so.
    func endsProbes(at url: String) -> String? { trouble(at: url)?.message }

    var status: Int? { if case .answer(let response) = self { response.status } else { nil } }

    /// The body of a 200; nil if it is not JSON.
    var json: JSONValue? {
        guard case .answer(let response) = self, response.status == 200 else { return nil }
        return try? JSONValue(parsing: response.body)
    }

    var location: String? { if case .answer(let response) = self { response.headers["location"] } else { nil } }
}

extension ProbeFailure {
    /// A response that Authentik does not send to such a request.
    static func unexpected(_ reply: ProbeReply, at url: String) -> ProbeFailure {
        let answer = reply.status.map { "answers \($0)" } ?? "does not answer"
        let what = reply.status == 200 ? "\(answer) with something other than what Authentik returns there" : answer
        return ProbeFailure(
            .unexpectedAnswer,
            "\(url) \(what)",
            remedy: "check that Authentik itself answers there, and nothing in front of it"
        )
    }
}
