import Foundation
import JSON

/// Requests to a live Authentik and what it answered, in order.
struct Recording {
    struct Exchange {
        let method: String
        let path: String
        /// Who sends it: `superuser`, `invalid` or nobody.
        let account: String?
        let json: JSONValue?
        let raw: String?
        let contentType: String?
        let status: Int
        let headers: [String: String]
        let body: JSONValue

        var name: String { "\(method) \(path)" }
    }

    let scenario: String
    let exchanges: [Exchange]

    /// A recording of 2025.12.4.
    init(_ scenario: String) throws {
        let url = try Self.url(scenario)
        let document = try JSONValue(parsing: try Data(contentsOf: url))
        self.scenario = scenario
        self.exchanges = try (document["exchanges"]?.array ?? []).map { try Exchange($0) }
    }

    private static func url(_ scenario: String) throws -> URL {
        guard
            let url = Bundle.module.url(
                forResource: scenario,
                withExtension: "json",
                subdirectory: "Recordings/2025.12.4"
            )
        else { throw CocoaError(.fileNoSuchFile) }
        return url
    }
}

extension Recording.Exchange {
    init(_ value: JSONValue) throws {
        guard let request = value["request"], let response = value["response"],
            let method = request["method"]?.string, let path = request["path"]?.string,
            let status = response["status"]?.integer, let body = response["json"]
        else { throw CocoaError(.fileReadCorruptFile) }
        self.method = method
        self.path = path
        self.account = request["auth"]?.string
        self.json = request["json"].flatMap { $0.isNull ? Optional.none : $0 }
        self.raw = request["raw"]?.string
        self.contentType = request["contentType"]?.string
        self.status = status
        self.headers = (response["headers"]?.object ?? [:]).compactMapValues(\.string)
        self.body = body
    }
}
