import AuthentikSandbox
import Foundation
import JSON
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Runs the console blocks of a document, each on an Authentik as the comment above it says.
///
/// A block is marked by `<!-- sample SCENE -->`, with a scene of ``Scene``, and holds commands that begin with `$ `, each
/// with what it prints. `<!-- sample SCENE first=12 last=2 -->` shows so many lines of each output. The files that the
/// commands read are the document's own, marked by `<!-- file NAME -->` above a block, else those of ``shared``.
struct DocumentSamples {
    enum Scene: String {
        /// Nothing was done before.
        case empty
        /// The file was applied.
        case converged
        /// It was, and then somebody changed something by hand.
        case drifted
        /// It was, and then a service was taken out of it.
        case orphaned
        /// There are applications that somebody made by hand.
        case manual
        /// A daemon runs, and has corrected what somebody changed.
        case daemon
        /// As the block before left it.
        case continued
    }

    /// Whose files are there unless a document has its own.
    private static let shared = "docs/getting-started.md"

    let document: MarkdownDocument
    private let folder: URL

    /// - Parameter folder: where the commands run.
    init(of path: String, in folder: URL) throws {
        document = try MarkdownDocument(path)
        self.folder = folder
    }

    /// The document, with what the commands print now.
    func text() async throws -> String {
        var lines = document.lines
        var blocks = document.blocks.filter { $0.comment?.hasPrefix("sample ") == true }[...]
        var results: [(block: MarkdownDocument.Block, text: [String])] = []
        while let first = blocks.first {
            let more = blocks.dropFirst().prefix { Mark($0)?.scene == .continued }
            let group = [first] + more
            blocks = blocks.dropFirst(group.count)
            results += try await run(group)
        }
        for (block, text) in results.reversed() {
            let indentation = String(repeating: " ", count: block.indentation)
            lines.replaceSubrange(block.lines, with: text.map { $0.isEmpty ? "" : indentation + $0 })
        }
        return lines.joined(separator: "\n")
    }

    /// What the comment above a block asks for.
    private struct Mark {
        var scene: Scene
        var first: Int?
        var last = 0

        init?(_ block: MarkdownDocument.Block) {
            var words = (block.comment ?? "").split(separator: " ").dropFirst()
            guard let scene = words.popFirst().flatMap({ Scene(rawValue: String($0)) }) else { return nil }
            self.scene = scene
            for word in words {
                let parts = word.split(separator: "=")
                if parts.first == "first" { first = parts.last.flatMap { Int($0) } }
                if parts.first == "last" { last = parts.last.flatMap { Int($0) } ?? 0 }
            }
        }

        /// The part of an output that is shown.
        func cut(_ lines: [String]) -> [String] {
            guard let first, lines.count > first + last + 1 else { return lines }
            return lines.prefix(first) + ["…"] + lines.suffix(last)
        }
    }

    private func run(_ group: [MarkdownDocument.Block]) async throws -> [(MarkdownDocument.Block, [String])] {
        let results = Results()
        try await withTarget { target in
            try writeFiles()
            let stage = SampleStage(folder: folder, target: target)
            let mark = try #require(group.first.flatMap { Mark($0) }, "\(document.path): an unknown scene")
            try await stage.prepare(mark.scene)
            for block in group {
                let mark = try #require(Mark(block), "\(document.path): an unknown scene")
                var lines: [String] = []
                for line in block.text.split(separator: "\n") where line.hasPrefix("$ ") {
                    let output = try await stage.output(of: String(line.dropFirst(2)))
                    lines += [String(line)] + mark.cut(output)
                }
                await results.add(block, lines)
            }
            try await stage.end()
        }
        return await results.all
    }

    private actor Results {
        var all: [(MarkdownDocument.Block, [String])] = []

        func add(_ block: MarkdownDocument.Block, _ lines: [String]) { all.append((block, lines)) }
    }

    private func writeFiles() throws {
        for document in [try MarkdownDocument(Self.shared), document] {
            for block in document.blocks {
                guard let comment = block.comment, comment.hasPrefix("file ") else { continue }
                try Data("\(block.text)\n".utf8).write(to: folder.appending(path: String(comment.dropFirst(5))))
            }
        }
        let manifests = Command.package.appending(path: "manifests")
        let link = folder.appending(path: "manifests")
        try? FileManager.default.createSymbolicLink(at: link, withDestinationURL: manifests)
    }
}
