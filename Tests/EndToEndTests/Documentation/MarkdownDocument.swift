import Foundation

/// A document of the repository, as far as its tests read it.
struct MarkdownDocument: Sendable {
    /// A fenced block.
    struct Block: Sendable {
        var language: String
        /// The lines between the fences, by their index in the document.
        var lines: Range<Int>
        /// The body, without the indentation of the fence.
        var text: String
        var indentation: Int
        /// What an HTML comment right above the block says; nil without one.
        var comment: String?
    }

    /// Below the package, with slashes.
    let path: String
    var lines: [String]
    private(set) var blocks: [Block] = []

    init(_ path: String) throws {
        self.path = path
        let text = try String(contentsOf: Command.package.appending(path: path), encoding: .utf8)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        blocks = Self.blocks(of: lines)
    }

    var text: String { lines.joined(separator: "\n") }

    /// All documents that people read.
    static let paths: [String] = {
        let files = FileManager.default
        let folders = ["", "docs", "deploy", "deploy/monitoring"]
        return folders.flatMap { folder -> [String] in
            let place = Command.package.appending(path: folder)
            let names = (try? files.contentsOfDirectory(atPath: place.path)) ?? []
            return names.filter { $0.hasSuffix(".md") }.map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
        }.sorted()
    }()

    private static func blocks(of lines: [String]) -> [Block] {
        var blocks: [Block] = []
        var index = 0
        while index < lines.count {
            let indentation = lines[index].prefix { $0 == " " }.count
            let line = lines[index].dropFirst(indentation)
            guard line.hasPrefix("```") else {
                index += 1
                continue
            }
            let start = index + 1
            // A longer fence holds shorter ones.
            let fence = String(line.prefix { $0 == "`" })
            let end = lines[start...].firstIndex { $0.drop { $0 == " " } == fence } ?? lines.count
            let body = lines[start..<end].map { $0.dropFirst(min(indentation, $0.prefix { $0 == " " }.count)) }
            blocks.append(
                Block(
                    language: String(line.dropFirst(fence.count)),
                    lines: start..<end,
                    text: body.joined(separator: "\n"),
                    indentation: indentation,
                    comment: index > 0 ? comment(in: lines[index - 1]) : nil
                )
            )
            index = end + 1
        }
        return blocks
    }

    private static func comment(in line: String) -> String? {
        let text = line.trimmingCharacters(in: .whitespaces)
        guard text.hasPrefix("<!--"), text.hasSuffix("-->") else { return nil }
        return text.dropFirst(4).dropLast(3).trimmingCharacters(in: .whitespaces)
    }
}

extension MarkdownDocument {
    /// The lines that are not within a fenced block.
    var prose: [String] {
        let code = IndexSet(blocks.flatMap { ($0.lines.lowerBound - 1)...$0.lines.upperBound })
        return lines.indices.filter { !code.contains($0) }.map { lines[$0] }
    }

    /// The anchors of its headings, as GitHub makes them.
    var anchors: Set<String> {
        var seen: [String: Int] = [:]
        var anchors: Set<String> = []
        for line in prose where line.hasPrefix("#") {
            let title = line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces)
                .replacing(#/\[([^\]]*)\]\([^)]*\)/#) { String($0.1) }
            let kept = title.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == " " }
            let anchor = kept.replacing(" ", with: "-")
            let count = seen[anchor, default: 0]
            seen[anchor] = count + 1
            anchors.insert(count == 0 ? anchor : "\(anchor)-\(count)")
        }
        return anchors
    }

    /// Where its links and pictures lead, but for those that lead out of the repository.
    var links: [String] {
        prose.flatMap { line in
            line.replacing(#/`[^`]*`/#, with: "`").matches(of: #/\]\(([^)\s]+)\)/#).map { String($0.1) }
        }.filter { !$0.hasPrefix("http://") && !$0.hasPrefix("https://") }
    }

    /// What stands between backticks in its prose.
    var codeSpans: [String] {
        prose.joined(separator: "\n").matches(of: #/`([^`]+)`/#).map { String($0.1).replacing("\n", with: " ") }
    }
}
