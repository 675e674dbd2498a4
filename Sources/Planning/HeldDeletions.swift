import DesiredState

/// Why no deletion of a plan is carried out, while everything else is.
///
/// It holds if a pass would delete from more services, or scope mappings along with them, than it may, or from any at all because the file has no services
/// left: a file whose services all vanished, or a template that came out empty, must not take the logins along.
package struct HeldDeletions: Sendable, Equatable {
    /// How many services the plan would delete from, and scope mappings that it would delete.
    package var deletions: Int
    /// How many a pass may.
    package var limit: Int
    /// Whether it holds because the file has no services left, however few there are to delete.
    package var isFileEmpty: Bool

    package init(deletions: Int, limit: Int, isFileEmpty: Bool) {
        self.deletions = deletions
        self.limit = limit
        self.isFileEmpty = isFileEmpty
    }

    /// - Parameters:
    ///   - allowed: what was let through for this pass; nil if nothing was.
    ///   - owned: how many applications this owner has marked.
    /// - Returns: nil if it does not hold.
    init?(deletions: Int, allowed: Int?, desired: DesiredState, owned: Int) {
        let limit = allowed ?? desired.maxDeletions ?? max(3, owned / 10)
        let isFileEmpty = allowed == nil && desired.services.isEmpty
        guard deletions > 0, isFileEmpty || deletions > limit else { return nil }
        self.init(deletions: deletions, limit: limit, isFileEmpty: isFileEmpty)
    }

    /// Why deletions are held back and how to allow them, in one sentence.
    package var description: String { "\(advice) with 'reconcile --once --allow-deletions \(deletions)'" }

    /// The sentence, which ends with a command to be pasted into a shell.
    package func description(allowing command: String) -> String { "\(advice): \(command)" }

    private var advice: String {
        let why =
            isFileEmpty
            ? "the file has no services left" : "\(deletions) planned, and the limit is \(limit)"
        return "deletions held back: \(why); check the file, then allow them once"
    }
}
