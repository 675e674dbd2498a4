/// A text as others compare it: scalar by scalar.
///
/// To Swift `é` and `e` with U+0301 are the same `String`, and a `Character` takes in every mark that follows it. To
/// Authentik, Kubernetes and whoever checks a secret they are different. So values and names from there are compared,
/// and kept in sets and dictionaries, as this; a slug, a uuid or a field's name is ASCII and needs none of it. It also
/// hashes in linear time, which a `String` with thousands of marks in a row does not.
package struct ExactText: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }

    package static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package static func < (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        // No text goes on with this byte, so two texts in a row are told from two others.
        hasher.combine(0xFF as UInt8)
    }
}

extension String {
    /// As others compare it; see ``ExactText``.
    package var exact: ExactText { ExactText(self) }

    /// Its first scalars, with an ellipsis if these are not all.
    ///
    /// By characters it could still be of any length.
    package func cut(to limit: Int) -> String {
        guard let end = unicodeScalars.index(startIndex, offsetBy: limit, limitedBy: endIndex), end < endIndex else {
            return self
        }
        return String(unicodeScalars[..<end]) + "…"
    }

    /// Without white space at both ends, as Authentik stores text and the file's reader takes it.
    package func trimmed() -> String {
        guard let first = unicodeScalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = unicodeScalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(unicodeScalars[first...last])
    }
}
