package import AuthentikAPI
import Base

/// A kind of object in Authentik: all that this program knows of it stands in one folder.
///
/// The folder has this value, the objects as Authentik shows them, the table of fields that a file can set, and the
/// requests that read and write it. It is a class, since steps, keys and results carry it along.
package final class Kind: Sendable {
    /// Whose the objects are, and how that is known.
    package enum Ownership: Sendable {
        /// This program's, if an object carries its ownership mark.
        case marked
        /// This program's, if the mark of its application names it.
        case namedInMark
        /// Somebody else's: used, and never changed.
        case others
        /// Nobody's: made where a file declares one that is missing, and never changed or deleted.
        case nobodys
    }

    /// Its name in this program, in plans and in marks: `application`.
    package let id: String
    /// What people call one: `group`, `scope mapping`.
    package let noun: String
    /// What people call several: `groups`.
    package let plural: String
    package let endpoint: Endpoint
    /// The attributes by which a file, or a mark, recognises an object, the first that has a match first.
    package let identity: [String]
    package let ownership: Ownership
    /// What a file can set; without rows for a kind that is only used.
    package let fields: FieldTable
    /// What passes, releases and the daemon send for it.
    package let requests: [RequestUse]
    /// How steps write it; nil for a kind that no step makes or changes field by field.
    package let writes: ObjectWrites?

    /// - Parameters:
    ///   - noun: where people do not call it by its id.
    ///   - plural: where it is not the noun and an s.
    package init(
        _ id: String,
        _ endpoint: Endpoint,
        identity: [String],
        ownership: Ownership,
        noun: String? = nil,
        plural: String? = nil,
        fields: FieldTable = FieldTable([]),
        requests: [RequestUse],
        writes: ObjectWrites? = nil
    ) {
        self.id = id
        self.noun = noun ?? id
        self.plural = plural ?? self.noun + "s"
        self.endpoint = endpoint
        self.identity = identity
        self.ownership = ownership
        self.fields = fields
        self.requests = requests
        self.writes = writes
    }

    /// Django's model, after which permissions and entries of the audit log are named; nil for an endpoint without one.
    package var model: ObjectModel? { endpoint.model }

    /// Of a list for people: `Groups`.
    package var heading: String { plural.capitalizedFirst }

    /// The member of JSON documents that lists objects of the kind: `groups`, `scopeMappings`.
    package var member: String {
        let words = plural.split(separator: " ").map(String.init)
        return words.prefix(1).joined() + words.dropFirst().map(\.capitalizedFirst).joined()
    }

    /// All kinds, in the order in which people read of them.
    package static let all = [
        application, oauth2Provider, proxyProvider, outpost, mark, flow, certificate, scopeMapping, source, group,
        policyBinding, expressionPolicy, user, policy,
    ]
}

extension Kind: Hashable, CustomStringConvertible {
    package var description: String { id }

    package static func == (left: Kind, right: Kind) -> Bool { left.id == right.id }
    package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
