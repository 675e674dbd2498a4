package import AuthentikAPI
import Base
package import JSON

/// An outpost, as `/outposts/instances/` shows it: a program that serves proxy providers.
package struct Outpost: Sendable, Equatable {
    package var pk: String
    /// Unique.
    package var name: String
    /// `proxy`, `ldap`, `radius`, `rac`.
    package var type: String
    /// The pks of the providers that it serves, in no order.
    package var providers: Set<Int>
    /// Whether it is the one built into Authentik.
    package var isEmbedded: Bool
    /// How often its instances report to Authentik.
    package var refreshInterval: Duration
    package var health = Health.unknown(reason: "not checked")

    package init(pk: String, name: String, type: String = Outpost.proxyType, isEmbedded: Bool = false) {
        self.pk = pk
        self.name = name
        self.type = type
        self.isEmbedded = isEmbedded
        providers = []
        refreshInterval = Self.usualRefreshInterval
    }

    /// The only type that serves proxy providers.
    package static let proxyType = "proxy"
    /// The file's name of the embedded outpost.
    package static let embedded = "embedded"
    fileprivate static let embeddedManaged = "goauthentik.io/outposts/embedded"
    fileprivate static let usualRefreshInterval = Duration.seconds(300)
}

extension Outpost: ListedObject {
    package var key: String { pk }

    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read("pk")
        name = try json.read("name")
        type = try json.read("type")
        let providers: [Int] = try json.read("providers")
        self.providers = Set(providers)
        let managed: String? = try json.readIfPresent("managed")
        isEmbedded = managed == Self.embeddedManaged
        let seconds: Int? = try json.readIfPresent("refresh_interval_s")
        refreshInterval = seconds.map { .seconds($0) } ?? Self.usualRefreshInterval
    }
}

extension Kind {
    /// Outposts are never created or deleted; only providers of ours are added to and removed from them.
    package static let outpost = Kind(
        "outpost",
        .outposts,
        identity: ["name"],
        ownership: .others,
        requests: [
            RequestUse("GET", .outposts, "see what outposts serve", for: .forwardAuth),
            RequestUse("PATCH", .outposts, "have outposts serve providers", for: .forwardAuth),
        ]
    )
}

extension Endpoint {
    package static let outposts = Endpoint("outposts/instances", ObjectModel("authentik_outposts", "outpost"))
}

extension AuthentikClient {
    package func outposts() async throws -> [Outpost] { try await list(.outposts) }

    /// - Throws: ``AuthentikError`` also if there is none.
    package func outpost(pk: String) async throws -> Outpost {
        let request = APIRequest(method: "GET", endpoint: .outposts, key: pk)
        return try await decode(Outpost.self, try await send(request), to: request)
    }

    /// Replaces all providers that an outpost serves.
    package func setProviders(_ providers: Set<Int>, ofOutpost pk: String) async throws -> Outpost {
        let list = JSONValue.array(providers.sorted().map(JSONValue.integer))
        return try await update(.outposts, key: pk, WriteBody(["providers": list]))
    }
}
