package import AuthentikAPI
import Base

/// A kind of object in Authentik; everything that this program knows about it is in one folder.
///
/// The folder has this value, the type of the objects as Authentik shows them, the table of fields that a file can set,
/// and the requests that read and write them. It is a class, because steps, keys and results carry it along.
package final class Kind: Sendable {
    /// Who owns the objects, and how that is determined.
    package enum Ownership: Sendable {
        /// This program's, if an object carries its ownership mark.
        case marked
        /// This program's, if the mark of its application names it.
        case namedInMark
        /// Others': they are referenced, and never changed.
        case others
        /// Nobody's: declared ones are created if they are missing, and never changed or deleted.
        case nobodys
    }

    /// Its name in this program, in plans and in marks: `application`.
    package let id: String
    /// What people call one: `group`, `scope mapping`.
    package let noun: String
    /// What people call several: `groups`.
    package let plural: String
    package let endpoint: Endpoint
    /// The attributes by which a file, or a mark, identifies an object.
    package let identity: [String]
    package let ownership: Ownership
    /// The fields that a file can set; without rows for a kind that is only referenced.
    package let fields: FieldTable
    /// The requests for it that passes, `release` and the daemon send.
    package let requests: [RequestUse]
    /// How steps write it; nil for a kind that no step creates or changes field by field.
    package let writes: ObjectWrites?

    /// - Parameters:
    ///   - noun: what people call it, if not by its id.
    ///   - plural: the plural of the noun, if not with an s.
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

    /// The heading of a list: `Groups`.
    package var heading: String { plural.capitalizedFirst }

    /// The member of JSON documents that lists objects of the kind: `groups`, `scopeMappings`.
    package var member: String {
        let words = plural.split(separator: " ").map(String.init)
        return words.prefix(1).joined() + words.dropFirst().map(\.capitalizedFirst).joined()
    }

    /// All kinds, in the order in which people read about them.
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
