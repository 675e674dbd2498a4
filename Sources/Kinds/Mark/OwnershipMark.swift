import Base
package import JSON
package import Secrets

/// The owner of an application: the attributes of its entitlement ``entitlementName``.
///
/// The entitlement is deleted with its application and granted to nobody. With it, no state file is needed.
package struct OwnershipMark: Sendable, Equatable {
    /// The name of the entitlement that carries the mark.
    package static let entitlementName = "authentik-reconciler"
    /// The version that this program writes, and the newest that it understands.
    package static let currentVersion = 1

    package var owner: String
    /// The slug under which the owner's file declares the application.
    package var slug: String
    /// The pk of the provider that belongs to it; nil without one.
    package var provider: Int?
    /// The pks of its providers from before its type of login changed that still exist; sorted.
    package var formerProviders: [Int] = []
    /// The pk of the outpost to which this program added its provider; nil for none.
    package var outpost: String?
    /// Authentik's names of the application's fields that the file set last; sorted.
    package var applicationFields: [String]
    /// Authentik's names of the provider's fields that the file set last; sorted.
    package var providerFields: [String]
    /// Where the provider's secret came from; nil for a service whose workload is not restarted.
    package var rotation: SecretRotation?
    /// The declared fields that Authentik does not keep; nil if it keeps them all.
    package var unkept: UnkeptNote?
    /// The subjects that this program bound to the application, or is about to; nil if the file does not declare
    /// access.
    package var access: [BoundSubject]?

    package init(
        owner: String,
        slug: String,
        provider: Int? = nil,
        applicationFields: [String] = [],
        providerFields: [String] = [],
        rotation: SecretRotation? = nil,
        unkept: UnkeptNote? = nil,
        access: [BoundSubject]? = nil
    ) {
        self.owner = owner
        self.slug = slug
        self.provider = provider
        self.applicationFields = applicationFields
        self.providerFields = providerFields
        self.rotation = rotation
        self.unkept = unkept
        self.access = access
    }
}

/// A group, user or policy that this program bound to an application, as its mark remembers it.
package struct BoundSubject: Sendable, Equatable {
    package var subject: BindingSubject
    /// The file's name of it.
    package var name: String
    /// The pk of the binding; nil until it is created.
    package var binding: String?
    /// The order that the binding was given.
    package var order: Int

    package init(_ subject: BindingSubject, name: String, binding: String? = nil, order: Int) {
        self.subject = subject
        self.name = name
        self.binding = binding
        self.order = order
    }

    /// For people: `group 'admins'`.
    package var description: String { "\(subject.kind.rawValue) '\(name)'" }
}

extension BoundSubject {
    /// Reads what ``json`` wrote; nil for anything else.
    init?(_ json: JSONValue) {
        guard let kind = SubjectKind.allCases.first(where: { json[$0.rawValue] != nil }),
            let name = json[kind.rawValue]?.string, let pk = json["pk"]?.string, let order = json["order"]?.integer
        else { return nil }
        self.init(BindingSubject(kind, pk: pk), name: name, binding: json["binding"]?.string, order: order)
    }

    /// As stored in a mark.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            subject.kind.rawValue: .string(name), "pk": .string(subject.pk), "order": .integer(order),
        ]
        members["binding"] = binding.map(JSONValue.string)
        return .object(members)
    }

    /// Reads all elements; nil if any cannot be read, or it is not a list.
    static func list(_ json: JSONValue?) -> [BoundSubject]? {
        guard let items = json?.array else { return nil }
        let subjects = items.compactMap(BoundSubject.init)
        return subjects.count == items.count ? subjects : nil
    }
}

extension OwnershipMark {
    /// The content of an entitlement with the mark's name.
    package enum Reading: Sendable, Equatable {
        indirect case mark(OwnershipMark)
        /// Written by a newer version of the program: the application is left alone.
        case newer(version: Int, owner: String?)
        /// Not what this program writes: edited, or never a mark.
        ///
        /// The owner is then unknown, so the application is left alone.
        case unreadable(Remains)
    }

    /// Reads the ``attributes`` that this or an older version of the program wrote.
    ///
    /// Missing members count as none; a member of the wrong type makes the mark unreadable: nothing is guessed. A note
    /// of a rotation, of unkept fields or of bindings that cannot be read counts as none, which leads to more work,
    /// never less.
    package static func read(_ attributes: JSONValue) -> Reading { read(attributes, Remains(attributes)) }

    package static func read(_ attributes: JSONValue, _ remains: Remains) -> Reading {
        guard let version = attributes["version"]?.integer, version >= 1 else { return .unreadable(remains) }
        guard version <= currentVersion else { return .newer(version: version, owner: remains.owner) }
        guard let owner = remains.owner, let slug = remains.slug,
            remains.provider != nil || isMissing(attributes["provider"]),
            let applicationFields = names("application", in: attributes["applied"]),
            let providerFields = names("provider", in: attributes["applied"])
        else { return .unreadable(remains) }
        var mark = OwnershipMark(
            owner: owner,
            slug: slug,
            provider: remains.provider,
            applicationFields: applicationFields,
            providerFields: providerFields,
            rotation: SecretRotation(attributes["rotation"]),
            unkept: UnkeptNote(attributes["unkept"]),
            access: BoundSubject.list(attributes["access"])
        )
        mark.formerProviders = remains.formerProviders
        mark.outpost = attributes["outpost"]?.string
        return .mark(mark)
    }

    /// The reason, as a clause, why an object that a newer version marked is left alone.
    package static func newer(_ version: Int, _ owner: String?) -> String {
        "marked\(owner.map { " by '\($0)'" } ?? "") with version \(version) of the ownership mark; "
            + "this program understands \(currentVersion)"
    }

    private static func isMissing(_ value: JSONValue?) -> Bool { value?.isNull ?? true }

    /// - Returns: nil if it is not a list of texts.
    private static func names(_ object: String, in applied: JSONValue?) -> [String]? {
        guard let applied, !applied.isNull else { return [] }
        guard let members = applied.object else { return nil }
        guard let list = members[object], !list.isNull else { return [] }
        guard let items = list.array else { return nil }
        let names = items.compactMap(\.string)
        return names.count == items.count ? names : nil
    }

    /// As the entitlement stores it.
    package var attributes: JSONValue {
        var members: [String: JSONValue] = [
            "owner": .string(owner),
            "version": .integer(Self.currentVersion),
            "slug": .string(slug),
            "provider": provider.map(JSONValue.integer) ?? .null,
            "applied": [
                "application": .array(applicationFields.map(JSONValue.string)),
                "provider": .array(providerFields.map(JSONValue.string)),
            ],
        ]
        if !formerProviders.isEmpty { members["formerProviders"] = .array(formerProviders.map(JSONValue.integer)) }
        members["outpost"] = outpost.map(JSONValue.string)
        members["rotation"] = rotation?.json
        members["unkept"] = unkept?.json
        members["access"] = access.map { .array($0.map(\.json)) }
        return .object(members)
    }
}

extension OwnershipMark {
    /// What can be read of an entitlement with the mark's name, even if it is not a readable mark.
    package struct Remains: Sendable, Equatable {
        /// Nil if it is not a text.
        package var owner: String?
        /// Nil if it is not a slug.
        package var slug: String?
        /// Nil if it is not a number.
        package var provider: Int?
        /// The elements that are numbers, sorted.
        package var formerProviders: [Int]
        /// Current and former providers.
        package var allProviders: [Int] { [provider].compactMap { $0 } + formerProviders }
        private var attributes: JSONValue

        /// Keeps the values that were read, but nothing to show people.
        package mutating func dropContents() { attributes = .null }

        package init(_ attributes: JSONValue) {
            owner = attributes["owner"]?.string
            slug = attributes["slug"]?.string.flatMap { Self.isSlug($0) ? $0 : nil }
            provider = attributes["provider"]?.integer
            formerProviders = (attributes["formerProviders"]?.array ?? []).compactMap(\.integer).sorted()
            self.attributes = attributes
        }

        /// Whether it has the form of Authentik's slugs: only such a text may become part of a URL.
        private static func isSlug(_ text: String) -> Bool {
            !text.isEmpty && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_".utf8.contains($0) }
        }

        /// Whether it belongs to this owner, or does not name one.
        package func mayBelong(to owner: String) -> Bool { self.owner == nil || self.owner == owner }

        /// The reason, as a clause, why a service with it is left alone.
        package var reason: String {
            "its ownership mark cannot be read, so its owner is unknown: \(contents); correct or delete the "
                + "application entitlement '\(OwnershipMark.entitlementName)' in Authentik"
        }

        /// All attributes for people: JSON on one line, with unusual characters escaped, cut to two hundred characters.
        package var contents: String {
            let longest = 200
            let text = String(decoding: attributes.serialized(), as: UTF8.self)
            let scalars = text.unicodeScalars.prefix(longest + 1)
            let escaped = scalars.prefix(longest).reduce(into: "") { result, scalar in
                let isHarmless =
                    (0x20..<0x7F).contains(scalar.value) || scalar.properties.isAlphabetic
                    || scalar.properties.numericType != nil
                result += isHarmless ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
            }
            return scalars.count > longest ? "\(escaped)…" : escaped
        }
    }
}

/// The Secret that a provider's client secret came from, as stored in the ownership mark.
///
/// With it, the service's workload is restarted once for each rotation, even if this program ends in between.
package struct SecretRotation: Sendable, Equatable {
    /// The Secret as it was when the provider was last given its value.
    package var version: SecretVersion
    /// Whether the workload still has to be restarted for it.
    package var isPending = false
    /// The time of the last restart, or of the one that is pending: RFC 3339, in UTC and whole seconds; nil before the
    /// first.
    package var at: String?

    package init(version: SecretVersion, isPending: Bool = false, at: String? = nil) {
        self.version = version
        self.isPending = isPending
        self.at = at
    }
}

extension SecretRotation {
    /// Reads what ``json`` wrote; nil for anything else, which counts as unknown.
    init?(_ json: JSONValue?) {
        guard let uid = json?["uid"]?.string, let resourceVersion = json?["resourceVersion"]?.string else { return nil }
        self.init(
            version: SecretVersion(uid: uid, resourceVersion: resourceVersion),
            isPending: json?["pending"]?.bool ?? false,
            at: json?["at"]?.string.flatMap { $0.isTime ? $0 : nil }
        )
    }

    /// As stored in a mark.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "uid": .string(version.uid), "resourceVersion": .string(version.resourceVersion),
            "pending": .bool(isPending),
        ]
        members["at"] = at.map(JSONValue.string)
        return .object(members)
    }
}

extension String {
    /// Whether it has the form of the times that are written here: `2026-11-24T16:00:00Z`.
    fileprivate var isTime: Bool {
        let form = "0000-00-00T00:00:00Z".utf8
        return utf8.count == form.count
            && zip(utf8, form).allSatisfy { byte, sign in
                sign == UInt8(ascii: "0") ? byte.isASCIIDigit : byte == sign
            }
    }
}
