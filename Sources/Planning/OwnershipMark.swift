package import JSON

/// Whose an application is: the attributes of its entitlement ``entitlementName``.
///
/// It falls with its application, is granted to nobody, and makes a state file needless.
package struct OwnershipMark: Sendable, Equatable {
    /// The name of the entitlement that carries the mark.
    package static let entitlementName = "authentik-reconciler"
    /// The version that this program writes, and the newest that it understands.
    package static let currentVersion = 1

    package var owner: String
    /// The slug under which the owner's file declares the application.
    package var slug: String
    /// The pk of the OAuth2 provider that belongs to it; nil without one.
    package var provider: Int?
    /// Authentik's names of the application's fields that the file set the last time, sorted.
    package var applicationFields: [String]
    /// The same of the provider's fields.
    package var providerFields: [String]
    /// Where the provider's secret came from; nil for a service whose workload is not restarted.
    package var rotation: SecretRotation?
    /// What of the declared fields Authentik does not keep; nil if it keeps them all.
    package var unkept: UnkeptNote?

    package init(
        owner: String,
        slug: String,
        provider: Int? = nil,
        applicationFields: [String] = [],
        providerFields: [String] = [],
        rotation: SecretRotation? = nil,
        unkept: UnkeptNote? = nil
    ) {
        self.owner = owner
        self.slug = slug
        self.provider = provider
        self.applicationFields = applicationFields
        self.providerFields = providerFields
        self.rotation = rotation
        self.unkept = unkept
    }
}

extension OwnershipMark {
    /// What an entitlement of the mark's name says.
    package enum Reading: Sendable, Equatable {
        case mark(OwnershipMark)
        /// Written by a newer version of the program: hands off.
        case newer(version: Int, owner: String?)
        /// Not what this program writes: somebody edited it, or it was never a mark.
        case unreadable
    }

    package static func read(_ attributes: JSONValue) -> Reading {
        guard let version = attributes["version"]?.integer, version >= 1 else { return .unreadable }
        let owner = attributes["owner"]?.string
        guard version <= currentVersion else { return .newer(version: version, owner: owner) }
        guard let owner, let slug = attributes["slug"]?.string else { return .unreadable }
        func names(_ object: String) -> [String] {
            (attributes["applied"]?[object]?.array ?? []).compactMap(\.string)
        }
        return .mark(
            OwnershipMark(
                owner: owner,
                slug: slug,
                provider: attributes["provider"]?.integer,
                applicationFields: names("application"),
                providerFields: names("provider"),
                rotation: SecretRotation(attributes["rotation"]),
                unkept: UnkeptNote(attributes["unkept"])
            )
        )
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
        members["rotation"] = rotation?.json
        members["unkept"] = unkept?.json
        return .object(members)
    }
}
