import Foundation
import Testing

/// Links lead to files and headings that are there, and documents have a size that people read.
@Suite struct LinkTests {
    @Test(arguments: MarkdownDocument.paths)
    func `links lead somewhere`(path: String) throws {
        let document = try MarkdownDocument(path)
        let folder = Command.package.appending(path: path).deletingLastPathComponent()
        for link in document.links {
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let file = parts[0].isEmpty ? path : relative(folder.appending(path: String(parts[0])).standardized.path)
            let exists = FileManager.default.fileExists(atPath: Command.package.appending(path: file).path)
            #expect(exists, "\(path): '\(link)' leads to no file")
            guard exists, parts.count == 2 else { continue }
            let anchors = try MarkdownDocument(file).anchors
            #expect(anchors.contains(String(parts[1])), "\(path): '\(link)' leads to no heading")
        }
    }

    private func relative(_ path: String) -> String {
        path.replacing(Command.package.standardized.path, with: "").drop { $0 == "/" }.description
    }

    /// The reference is generated, as long as there are fields.
    @Test func `documents are short`() throws {
        #expect(try MarkdownDocument("README.md").lines.count <= 201)
        for path in MarkdownDocument.paths where path.hasPrefix("docs/") && path != "docs/reference.md" {
            #expect(try MarkdownDocument(path).lines.count <= 351, "\(path)")
        }
    }

    @Test func `the index names every document`() throws {
        let index = try MarkdownDocument("docs/README.md").links.map { String($0.prefix { $0 != "#" }) }
        for path in MarkdownDocument.paths where path.hasPrefix("docs/") && path != "docs/README.md" {
            #expect(index.contains(String(path.dropFirst("docs/".count))), "docs/README.md does not name \(path)")
        }
    }
}
