import Base

/// What is the same of services that are counted together where there are too many for a line each.
struct ListSort: Hashable {
    /// As it follows a number: `to create`, `blocked`.
    let words: String
    /// Whether nobody should overlook one: failures, conflicts, deletions.
    let isUrgent: Bool

    init(_ words: String, isUrgent: Bool = false) {
        self.words = words
        self.isUrgent = isUrgent
    }

    /// How many of them get a line.
    var limit: Int { isUrgent ? ListLimit.urgent : ListLimit.listed }
}

/// How many services of one sort a text lists; the rest is counted, and `--verbose` lists all.
///
/// Nobody reads ten thousand lines to find the totals below them. Documents for programs are always whole.
package enum ListLimit {
    package static let listed = 50
    /// Of failures, conflicts and deletions.
    package static let urgent = 200
}

/// The first items of each sort, and how many more there are.
struct ShortList<Item> {
    /// In the order in which they came.
    private(set) var shown: [Item] = []
    /// `and 9,950 more to create; --verbose shows all`, a line for each sort of which there are too many.
    private(set) var rest: [String] = []

    /// - Parameters:
    ///   - isRepeatable: whether running the command again shows the same, so that `--verbose` is worth advising: not of
    ///     what a pass did.
    ///   - isShown: whether an item was shown before, which takes its place.
    init(
        _ items: [Item],
        isVerbose: Bool,
        isRepeatable: Bool = true,
        isShown: (Item) -> Bool = { _ in false },
        sort: (Item) -> ListSort
    ) {
        guard !isVerbose else {
            shown = items.filter { !isShown($0) }
            return
        }
        var numbers: [ListSort: Int] = [:]
        for item in items where isShown(item) { numbers[sort(item), default: 0] += 1 }
        var leftOut: [(sort: ListSort, number: Int)] = []
        for item in items where !isShown(item) {
            let sort = sort(item)
            numbers[sort, default: 0] += 1
            if numbers[sort, default: 0] <= sort.limit {
                shown.append(item)
            } else if let index = leftOut.firstIndex(where: { $0.sort == sort }) {
                leftOut[index].number += 1
            } else {
                leftOut.append((sort, 1))
            }
        }
        let hint = isRepeatable ? "; --verbose shows all" : ""
        rest = leftOut.map { "and \($0.number.grouped) more \($0.sort.words)\(hint)" }
    }
}
