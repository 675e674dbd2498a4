import Foundation
import JSON
import Kinds
import PrometheusMetrics
import StatusServer
import Testing

/// What the documents show is what the program prints, and the files that they show are valid.
///
/// `REWRITE_GOLDEN=1` writes what is printed now.
@Suite(.timeLimit(.minutes(60))) struct DocumentationTests {
    private static let rewrites = ProcessInfo.processInfo.environment["REWRITE_GOLDEN"] != nil

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "samples-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func expect(_ text: String, is document: MarkdownDocument) throws {
        if Self.rewrites, text != document.text {
            try Data(text.utf8).write(to: Command.package.appending(path: document.path))
        }
        guard !Self.rewrites else { return }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let changes = lines.difference(from: document.lines).map { change in
            switch change {
            case .insert(let line, let text, _): "+\(line + 1) \(text)"
            case .remove(let line, let text, _): "-\(line + 1) \(text)"
            }
        }
        #expect(
            changes.isEmpty,
            "\(document.path) differs; REWRITE_GOLDEN=1 rewrites it\n\(changes.joined(separator: "\n"))"
        )
    }

    @Test(arguments: MarkdownDocument.paths)
    func `samples are what the program prints`(path: String) async throws {
        let document = try MarkdownDocument(path)
        for block in document.blocks where block.language == "console" {
            #expect(block.comment?.hasPrefix("sample ") == true, "\(path):\(block.lines.lowerBound) is not a sample")
        }
        // Another test writes this one.
        guard path != "docs/status.md" else { return }
        try await withFolder { folder in
            try await expect(DocumentSamples(of: path, in: folder).text(), is: document)
        }
    }

    /// A block that begins with `apiVersion: reconcile/v1` is a file; services and lists are put into one.
    ///
    /// A file whose name begins with `broken` shows mistakes; the reference has only fragments.
    @Test(arguments: MarkdownDocument.paths.filter { !$0.hasPrefix("deploy/") && $0 != "docs/reference.md" })
    func `files in documents are valid`(path: String) async throws {
        let document = try MarkdownDocument(path)
        try await withFolder { folder in
            for block in document.blocks where block.language == "yaml" {
                guard block.comment?.hasPrefix("file broken") != true, let text = Self.file(of: block.text) else {
                    continue
                }
                let file = folder.appending(path: "services.yaml")
                try Data(text.utf8).write(to: file)
                let result = try await Command(["validate", "--config", file.path]).run()
                #expect(result.status == 0, "\(path):\(block.lines.lowerBound)\n\(result.errors)")
            }
        }
    }

    private static func file(of text: String) -> String? {
        let indentation = text.prefix { $0 == " " }.count
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            String($0.dropFirst(indentation))
        }
        let origin = text.contains("defaults:") ? "" : "defaults: {port: 8443}\n"
        let head = "apiVersion: reconcile/v1\nowner: homelab\nhost: apps.example.net\n\(origin)"
        let first = lines.first { !$0.hasPrefix("#") } ?? ""
        if first.hasPrefix("apiVersion: reconcile/") { return lines.joined(separator: "\n") + "\n" }
        if first.hasPrefix("- slug:") {
            return head + "services:\n" + lines.map { "  \($0)\n" }.joined()
        }
        let more = lines.contains { $0.hasPrefix("services:") } ? "" : "services: []\n"
        guard ["groups:", "scopeMappings:", "services:", "defaults:"].contains(where: first.hasPrefix) else {
            return nil
        }
        return head + lines.joined(separator: "\n") + "\n" + more
    }

    /// The table of permissions is what `bootstrap` grants and `doctor` looks for.
    @Test func `permissions are those that are granted`() throws {
        try expectTable(PermissionTable.lines, "permissions", in: "docs/permissions.md")
    }

    /// Between `<!-- begin NAME -->` and `<!-- end NAME -->`.
    private func expectTable(_ lines: [String], _ name: String, in path: String) throws {
        var document = try MarkdownDocument(path)
        let begin = try #require(document.lines.firstIndex(of: "<!-- begin \(name) -->"))
        let end = try #require(document.lines.firstIndex(of: "<!-- end \(name) -->"))
        let old = document
        document.lines.replaceSubrange((begin + 1)..<end, with: [""] + lines + [""])
        try expect(document.text, is: old)
    }

    /// The table of metrics is what `/metrics` says of them.
    @Test func `metrics are those that are served`() async throws {
        let rows = MetricCatalog.families.map { family in
            let labels = family.labels.map { "`\($0.name)`" }.joined(separator: ", ")
            return "| `\(family.name)` | \(labels) | \(family.help) |"
        }
        let lines = ["| metric | labels | meaning |", "| --- | --- | --- |"] + rows
        // The same document has a sample, which is written, too, and so first.
        try await withFolder { folder in
            let document = try MarkdownDocument("docs/status.md")
            try await expect(DocumentSamples(of: "docs/status.md", in: folder).text(), is: document)
        }
        try expectTable(lines, "metrics", in: "docs/status.md")
    }
}

/// Which permissions which files need, for ``RequiredPermission/needed(by:)``.
private enum PermissionTable {
    private static func words(_ feature: FileFeature) -> String {
        switch feature {
        case .groups: "`groups`"
        case .access: "`access`"
        case .restriction: "`access` that names somebody"
        case .forwardAuth: "`forwardAuth`"
        case .accessGroups: "`access: {groups: …}`"
        case .accessUsers: "`access: {users: …}`"
        case .accessPolicies: "`access: {policies: …}`"
        case .federatedSources: "`jwtFederation: {sources: …}`"
        case .scopeMappings: "`scopeMappings`"
        }
    }

    static var lines: [String] {
        let basic = RequiredPermission.needed(by: [])
        var rows = basic.map { ($0.name, $0.isOptional ? "any file (optional)" : "any file", $0.purpose) }
        var more: [(name: String, features: [String], purpose: String)] = []
        for feature in FileFeature.allCases {
            for permission in RequiredPermission.needed(by: [feature]) where !basic.contains(permission) {
                if let place = more.firstIndex(where: { $0.name == permission.name }) {
                    more[place].features.append(words(feature))
                } else {
                    more.append((permission.name, [words(feature)], permission.purpose))
                }
            }
        }
        rows += more.map { ($0.name, $0.features.joined(separator: ", "), $0.purpose) }
        return ["| permission | needed for | to |", "| --- | --- | --- |"]
            + rows.map { "| `\($0)` | \($1) | \($2) |" }
    }
}
