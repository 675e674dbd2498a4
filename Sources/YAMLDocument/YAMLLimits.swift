/// How much a document may ask for.
///
/// The defaults hold several thousand services, and keep hostile input from holding up a pass.
package struct YAMLLimits: Sendable {
    /// Of the input, in bytes.
    package var bytes = 4 << 20
    /// Of lists and mappings inside each other; libyaml's own limit is 1,000.
    package var depth = 32
    /// How often `*alias` may stand in the document.
    package var aliases = 1_000
    /// Of nodes once every alias is replaced, which is what stops a "billion laughs".
    package var nodes = 200_000
    /// Of lines like `%TAG …`; libyaml compares each with all before it.
    package var directives = 16

    package init() {}
}
