import FoundationEssentials
import JSON
import Testing
import YAMLDocument

/// A file of `deploy/monitoring`.
enum MonitoringFile: String {
    case alerts = "alerts.yaml"
    case alertTests = "alerts.test.yaml"
    case dashboard = "dashboard.json"

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "deploy/monitoring")

    var path: String { Self.folder.appending(path: rawValue).path }

    func yaml() throws -> YAMLNode {
        let parsed = ParsedYAML(Array(try Data(contentsOf: URL(filePath: path))))
        #expect(parsed.problems == [])
        return try #require(parsed.root)
    }

    func json() throws -> JSONValue { try JSONValue(parsing: try Data(contentsOf: URL(filePath: path))) }
}

extension YAMLNode {
    subscript(_ key: String) -> YAMLNode? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    /// None if it is no sequence.
    var items: [YAMLNode] {
        guard case .sequence(let items) = content else { return [] }
        return items
    }

    var text: String? {
        guard case .scalar(let scalar) = content else { return nil }
        return scalar.text
    }
}
