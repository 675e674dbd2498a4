import Base

/// An object in Authentik that belongs to no service; several services may need it.
///
/// Plans, reports and the status describe all such objects alike, in the words of their ``Kind``; a new kind needs no
/// code there.
package protocol SharedObject: Sendable {
    var kind: Kind { get }
    /// What it is called in Authentik; compared exactly, within its kind.
    var name: String { get }
}

extension SharedObject {
    /// `group 'family'`.
    package var title: String { "\(kind.noun) '\(name)'" }
    package var identity: SharedName { SharedName(kind, name) }
}

/// The identity of a shared object.
package struct SharedName: SharedObject, Hashable {
    package let kind: Kind
    package let name: String

    package init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    package static func == (left: SharedName, right: SharedName) -> Bool {
        left.kind == right.kind && left.name.exact == right.name.exact
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(name.exact)
    }
}

extension Sequence where Element: SharedObject {
    /// A list for each kind; kinds and objects are in the order in which they appear.
    package var byKind: [(kind: Kind, objects: [Element])] {
        reduce(into: []) { lists, object in
            if let index = lists.firstIndex(where: { $0.kind == object.kind }) {
                lists[index].objects.append(object)
            } else {
                lists.append((object.kind, [object]))
            }
        }
    }
}
