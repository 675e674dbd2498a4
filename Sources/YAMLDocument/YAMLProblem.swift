/// Something wrong with a document, as YAML; what it means is somebody else's business.
///
/// Texts are fixed except for a key of at most ``quoteLimit`` characters: a document may hold secrets.
package struct YAMLProblem: Error, Sendable, Equatable {
    /// Without a full stop: `duplicate key 'port'`.
    package var message: String
    /// What to do about it.
    package var hint: String?
    package var position: YAMLPosition
    /// Another place that belongs to it: where a duplicate key is given first.
    package var earlier: YAMLPosition?
    /// Whether what stands there may be a secret that begins with one of YAML's own signs.
    package var mayBeSecret: Bool

    package init(
        _ message: String,
        hint: String? = nil,
        at position: YAMLPosition,
        earlier: YAMLPosition? = nil,
        mayBeSecret: Bool = false
    ) {
        self.message = message
        self.hint = hint
        self.position = position
        self.earlier = earlier
        self.mayBeSecret = mayBeSecret
    }

    /// The most characters of a document that a message may hold.
    package static let quoteLimit = 40

    /// A short piece of a document in quotes, cut off at ``quoteLimit``.
    package static func quote(_ text: String) -> String {
        let cut = text.unicodeScalars.prefix(quoteLimit)
        return cut.endIndex == text.unicodeScalars.endIndex ? "'\(text)'" : "'\(String(cut))…'"
    }
}
