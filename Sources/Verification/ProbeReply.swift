package import CurlTransport
import JSON

/// What came back of a probe.
package enum ProbeReply: Sendable, Equatable {
    case answer(HTTPResponse)
    case none(TransportError)

    /// What is the matter with an answer that has a status other than the expected; nil if it is none of what happens
    /// between here and there.
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
                remedy: "look whether this address, as it is declared, can be reached from where this program runs"
            )
        case .answer(let response) where [429, 502, 503, 504].contains(response.status):
            return ProbeFailure(
                .unavailable,
                "\(url) answers \(response.status)",
                remedy: "wait, and look at what answers there: it, or what stands behind a reverse proxy, is not ready"
            )
        case .answer: return nil
        }
    }

    /// Why nothing else is worth asking; nil if this answer does not say so.
    func endsProbes(at url: String) -> String? { trouble(at: url)?.message }

    var status: Int? { if case .answer(let response) = self { response.status } else { nil } }

    /// The body of a 200; nil if it is no JSON.
    var json: JSONValue? {
        guard case .answer(let response) = self, response.status == 200 else { return nil }
        return try? JSONValue(parsing: response.body)
    }

    var location: String? { if case .answer(let response) = self { response.headers["location"] } else { nil } }
}

extension ProbeFailure {
    /// An answer that Authentik does not give to such a request.
    static func unexpected(_ reply: ProbeReply, at url: String) -> ProbeFailure {
        let answer = reply.status.map { "answers \($0)" } ?? "does not answer"
        let what = reply.status == 200 ? "\(answer) with something that is not what Authentik says there" : answer
        return ProbeFailure(
            .unexpectedAnswer,
            "\(url) \(what)",
            remedy: "look whether Authentik answers there, and nothing in front of it does"
        )
    }
}
