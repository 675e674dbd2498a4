import DesiredState

/// Why a plan's deletions are blocked, while everything else is carried out.
///
/// The limit applies if a pass would delete from more services (or delete scope mappings) than allowed, or would delete
/// anything at all when the file has no services left: a file that lost all its services, or an empty template, must
/// not delete the logins.
package struct HeldDeletions: Sendable, Equatable {
    /// The number of services that the plan would delete from, plus the scope mappings it would delete.
    package var deletions: Int
    /// The number that a pass may delete.
    package var limit: Int
    /// Whether deletions are blocked because the file has no services left, however few there are to delete.
    package var isFileEmpty: Bool

    package init(deletions: Int, limit: Int, isFileEmpty: Bool) {
        self.deletions = deletions
        self.limit = limit
        self.isFileEmpty = isFileEmpty
    }

    /// - Parameters:
    ///   - allowed: the limit given for this pass; nil if none was given.
    ///   - owned: the number of applications that this owner has marked.
    /// - Returns: nil if deletions are within the limit.
    init?(deletions: Int, allowed: Int?, desired: DesiredState, owned: Int) {
        let limit = allowed ?? desired.maxDeletions ?? max(3, owned / 10)
        let isFileEmpty = allowed == nil && desired.services.isEmpty
        guard deletions > 0, isFileEmpty || deletions > limit else { return nil }
        self.init(deletions: deletions, limit: limit, isFileEmpty: isFileEmpty)
    }

    /// Why deletions are blocked and how to allow them, in one sentence.
    package var description: String { "\(advice) with 'reconcile --once --allow-deletions \(deletions)'" }

    /// The same sentence, ending with a command that can be pasted into a shell.
    package func description(allowing command: String) -> String { "\(advice): \(command)" }

    private var advice: String {
        let why =
            isFileEmpty
            ? "the file has no services left" : "\(deletions) planned, and the limit is \(limit)"
        return "deletions held back: \(why); check the file, then allow them once"
    }
}
