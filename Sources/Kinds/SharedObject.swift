import Base

/// Something in Authentik that is no service's: several may need it, and none of them owns it.
///
/// A plan, a report and the status tell of all such objects alike, in the words of their ``Kind``; a new kind is told of
/// without a line of code.
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

/// What tells one object that is no service's from all others.
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
    /// A list for each kind that there are any of; kinds, and the objects of each, in the order in which they come.
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
