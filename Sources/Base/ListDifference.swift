/// What stays, goes and comes from one list of texts to another.
///
/// Of two that look the same and are not (`é` in one scalar and in two), both are spelled out.
package struct ListDifference {
    package var kept: [String]
    package var removed: [String]
    package var added: [String]

    package init(from before: [String], to after: [String]) {
        let (old, new) = (Set(before.map(\.exact)), Set(after.map(\.exact)))
        kept = after.filter { old.contains($0.exact) }
        let (gone, come) = (before.filter { !new.contains($0.exact) }, after.filter { !old.contains($0.exact) })
        removed = gone.map { come.contains($0) ? $0.spelled : $0 }
        added = come.map { gone.contains($0) ? $0.spelled : $0 }
    }
}

extension String {
    /// With everything beyond ASCII by its number: `caf\u{e9}`.
    fileprivate var spelled: String {
        unicodeScalars.map { $0.isASCII ? String($0) : "\\u{\(String($0.value, radix: 16))}" }.joined()
    }
}
