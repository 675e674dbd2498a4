/// Collects the parts of a comment as long as they fit into one.
///
/// GitHub takes 65,536 characters, GitLab a million; counted are bytes, of which there are never fewer.
struct CommentBudget {
    static let limit = 65_536
    /// For the line that tells what was left out.
    private static let reserve = 512
    private static let separator = "\n\n"

    private var parts: [String] = []
    private var size = 0

    /// Adds all parts or none.
    ///
    /// - Returns: Whether they fit.
    mutating func add(_ new: String...) -> Bool {
        let added = new.reduce(0) { $0 + $1.utf8.count + Self.separator.utf8.count }
        guard size + added <= Self.limit - Self.reserve else { return false }
        parts += new
        size += added
        return true
    }

    /// The comment, with a last line that always fits.
    func text(endingWith line: String?) -> String {
        (parts + [line].compactMap { $0 }).joined(separator: Self.separator)
    }
}
