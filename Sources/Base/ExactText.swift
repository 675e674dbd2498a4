/// A text that is compared like in other programs: scalar by scalar.
///
/// In Swift `é` and `e` with U+0301 are the same `String`, and a `Character` includes every mark that follows it. For
/// Authentik, Kubernetes and anything that checks a secret they are different. So values and names from there are
/// compared, and kept in sets and dictionaries, as `ExactText`; slugs, UUIDs and field names are ASCII and do not need
/// it. It also hashes in linear time, which a `String` with thousands of marks in a row does not.
package struct ExactText: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }

    package static func == (left: ExactText, right: ExactText) -> Bool {
        var (left, right) = (left.text, right.text)
        return left.withUTF8 { left in right.withUTF8 { left.count == $0.count && left.elementsEqual($0) } }
    }

    package static func < (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        // This byte never occurs in UTF-8, so the boundary between consecutive texts is unambiguous.
        hasher.combine(0xFF as UInt8)
    }
}

extension String {
    /// The text as other programs compare it; see ``ExactText``.
    package var exact: ExactText { ExactText(self) }

    /// Its first scalars, with an ellipsis if there are more.
    ///
    /// A limit in characters would not limit the length.
    package func cut(to limit: Int) -> String {
        guard let end = unicodeScalars.index(startIndex, offsetBy: limit, limitedBy: endIndex), end < endIndex else {
            return self
        }
        return String(unicodeScalars[..<end]) + "…"
    }
}

/// The elements kept, removed and added between two lists of texts.
///
/// If two texts look the same but differ (`é` as one scalar and as two), both are spelled out.
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
    /// The text with all non-ASCII characters escaped: `caf\u{e9}`.
    fileprivate var spelled: String {
        unicodeScalars.map { $0.isASCII ? String($0) : "\\u{\(String($0.value, radix: 16))}" }.joined()
    }
}
