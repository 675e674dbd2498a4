import Foundation
import JSON

/// Requests to a live API server and what it answered, in order.
struct Recording {
    struct Exchange {
        let note: String?
        let method: String
        let path: String
        /// `serviceaccount`, `invalid` or nobody.
        let account: String?
        var json: JSONValue?
        let raw: String?
        let contentType: String?
        let status: Int
        let mediaType: String?
        var body: JSONValue
        /// Whether the body is the lines of a watch.
        let isWatch: Bool

        var name: String { "\(method) \(path)\(note.map { " (\($0))" } ?? "")" }
    }

    private(set) var exchanges: [Exchange]

    init(_ scenario: Scenario) throws {
        guard
            let url = Bundle.module.url(
                forResource: scenario.rawValue,
                withExtension: "json",
                subdirectory: "Recordings"
            )
        else { throw CocoaError(.fileNoSuchFile) }
        let document = try JSONValue(parsing: try Data(contentsOf: url))
        exchanges = try (document["exchanges"]?.array ?? []).map { try Exchange($0) }
        if scenario == .leases { correct() }
    }

    /// Undoes a flaw of one recording: what was read was written down only after the script had changed it.
    ///
    /// The third answer says what the script made of the lease to renew it, and the renewal what it made of it to take
    /// it over; what the server had and got shows in the answers to the requests themselves.
    private mutating func correct() {
        exchanges[3].body = exchanges[3].body.replacing("spec", by: exchanges[1].body["spec"])
        exchanges[4].json = exchanges[4].json?.replacing("spec", by: exchanges[4].body["spec"])
    }
}

extension JSONValue {
    fileprivate func replacing(_ name: String, by value: JSONValue?) -> JSONValue {
        var members = object ?? [:]
        members[name] = value
        return .object(members)
    }
}

extension Recording.Exchange {
    init(_ value: JSONValue) throws {
        guard let request = value["request"], let response = value["response"],
            let method = request["method"]?.string, let path = request["path"]?.string,
            let status = response["status"]?.integer, let body = response["json"] ?? response["lines"]
        else { throw CocoaError(.fileReadCorruptFile) }
        self.note = value["note"]?.string
        self.method = method
        self.path = path
        self.account = request["auth"]?.string
        self.json = request["json"].flatMap { $0.isNull ? Optional.none : $0 }
        self.raw = request["raw"]?.string
        self.contentType = request["contentType"]?.string
        self.status = status
        self.mediaType = response["headers"]?["content-type"]?.string
        self.body = body
        self.isWatch = response["lines"] != nil
    }
}
