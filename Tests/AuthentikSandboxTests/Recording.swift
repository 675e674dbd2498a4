import AuthentikSandbox
import Foundation
import JSON

/// Requests to a live Authentik and what it answered, in order.
struct Recording {
    /// What a server was that was recorded, by the folder of its recordings.
    enum Server: String, CaseIterable {
        case december2024 = "2024.12.5"
        case december2025 = "2025.12.4"
        case earlyMay2026 = "2026.5.0-rc1"
        /// The last candidate before 2026.5 was branched off, which has them.
        case lateMay2026 = "2026.5.0-rc1-may"
        /// A candidate that has all of 2026.5, and little of 2026.8.
        case earlyAugust2026 = "2026.8.0-rc1"
        /// The candidate with the two fields that later releases have.
        case forecast = "grant-types-forecast"

        /// The sandbox that stands for it.
        var release: Sandbox.Release {
            switch self {
            case .december2024: .december2024
            case .december2025: .december2025
            case .earlyMay2026: .earlyMay2026
            case .lateMay2026, .earlyAugust2026, .forecast: .earlyAugust2026
            }
        }

        /// Whose flows, keys and scope mappings a scenario names; nil if no look at them was recorded.
        func preflight(of scenario: String) -> Server? {
            switch self {
            case .lateMay2026: nil
            case .december2024 where Self.laterScenarios.contains(scenario),
                .december2025 where Self.laterScenarios.contains(scenario):
                nil
            // The forecast was recorded on the candidate's database.
            case .forecast: .earlyMay2026
            default: self
            }
        }

        /// Those that were recorded of another installation than the rest.
        static let laterScenarios: Set = ["access", "scope-mappings", "forward-auth", "more-fields"]

        /// The scenarios that were recorded of it, in alphabetical order.
        var scenarios: [String] {
            let folder = Bundle.module.resourceURL?.appending(path: "Recordings/\(rawValue)")
            let files = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) } ?? []
            return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
        }
    }

    struct Exchange {
        let method: String
        let path: String
        /// Who sends it: `superuser`, `service`, `viewer`, `invalid` or nobody.
        let account: String?
        /// Name and password, where they are sent so.
        let basic: [String]?
        let json: JSONValue?
        let form: [String: String]?
        let raw: String?
        let contentType: String?
        let status: Int
        let headers: [String: String]
        let body: JSONValue

        var name: String { "\(method) \(path)" }
    }

    let scenario: String
    let exchanges: [Exchange]

    init(_ server: Server, _ scenario: String) throws {
        guard
            let url = Bundle.module.url(
                forResource: scenario,
                withExtension: "json",
                subdirectory: "Recordings/\(server.rawValue)"
            )
        else { throw CocoaError(.fileNoSuchFile) }
        let document = try JSONValue(parsing: try Data(contentsOf: url))
        self.scenario = scenario
        self.exchanges = try (document["exchanges"]?.array ?? []).map { try Exchange($0) }
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
        self.basic = request["basic"]?.array?.compactMap(\.string)
        self.json = request["json"].flatMap { $0.isNull ? Optional.none : $0 }
        self.form = request["form"]?.object?.compactMapValues(\.string)
        self.raw = request["raw"]?.string
        self.contentType = request["contentType"]?.string
        self.status = status
        self.headers = (response["headers"]?.object ?? [:]).compactMapValues(\.string)
        self.body = body
    }
}
