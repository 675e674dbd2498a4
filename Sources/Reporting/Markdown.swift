import Base

/// Markdown for GitHub and GitLab, with untrusted text.
///
/// Untrusted text is only used in code, where neither of them interprets links, images, HTML or mentions. Both work
/// with scalars, so everything here does too: as a `Character`, a backtick with an accent is not a backtick.
enum Markdown {
    /// A code span; it stays on its line, and must not be used in tables.
    static func code(_ text: String) -> String {
        let text = text.printable
        let fence = String(repeating: "`", count: longestRun(of: "`", in: text) + 1)
        let (first, last) = (text.unicodeScalars.first, text.unicodeScalars.last)
        // One space at each end is stripped; an empty text cannot be a span.
        let isBare = first != nil && first != "`" && last != "`" && first != " "
        return isBare ? fence + text + fence : "\(fence) \(text.isEmpty ? " " : text) \(fence)"
    }

    /// Code within an HTML block, where code spans are not interpreted.
    static func htmlCode(_ text: String) -> String {
        let escaped = text.printable.unicodeScalars.reduce(into: "") { result, scalar in
            let isPlain =
                !scalar.isASCII || scalar == " " || scalar == "-" || scalar.properties.isAlphabetic
                || ("0"..."9").contains(scalar)
            result += isPlain ? String(scalar) : "&#\(scalar.value);"
        }
        return "<code>\(escaped)</code>"
    }

    /// A code block that its lines cannot end.
    static func block(_ lines: [String], language: String) -> String {
        let lines = lines.map(\.printable)
        let longest = lines.map { longestRun(of: "`", in: $0) }.max() ?? 0
        let fence = String(repeating: "`", count: max(3, longest + 1))
        return (["\(fence)\(language)"] + lines + [fence]).joined(separator: "\n")
    }

    /// A collapsed section.
    ///
    /// - Parameter summary: HTML.
    static func details(summary: String, _ body: String) -> String {
        "<details><summary>\(summary)</summary>\n\n\(body)\n\n</details>"
    }

    private static func longestRun(of scalar: Unicode.Scalar, in text: String) -> Int {
        var longest = 0
        var run = 0
        for next in text.unicodeScalars {
            run = next == scalar ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }
}

/// Collects the parts of a comment as long as they fit.
///
/// GitHub accepts 65,536 characters, GitLab a million; bytes are counted, which are never fewer.
struct CommentBudget {
    static let limit = 65_536
    /// For the last lines: which services everybody may open, and what was left out.
    private static let reserve = 2048
    private static let separator = "\n\n"

    private var parts: [String] = []
    private var size = 0

    /// Adds all parts or none.
    ///
    /// - Returns: whether they fit.
    mutating func add(_ new: String...) -> Bool {
        let added = new.reduce(0) { $0 + $1.utf8.count + Self.separator.utf8.count }
        guard size + added <= Self.limit - Self.reserve else { return false }
        parts += new
        size += added
        return true
    }

    /// The comment, with last lines that always fit.
    func text(endingWith lines: [String]) -> String {
        (parts + lines).joined(separator: Self.separator)
    }
}
