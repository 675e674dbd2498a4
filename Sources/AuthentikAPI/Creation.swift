/// What came of a create.
package struct Creation<Object: Sendable>: Sendable {
    package var object: Object
    /// Whether it was there when it was looked up, because no clear answer came or it was refused as being there already:
    /// then somebody else may have made it.
    package var isFound: Bool

    package init(_ object: Object, isFound: Bool = false) {
        self.object = object
        self.isFound = isFound
    }
}
