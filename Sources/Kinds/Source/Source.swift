package import AuthentikAPI
package import JSON

/// A source of users and tokens, as `/sources/all/` shows it: another identity provider.
package struct Source: Sendable, Equatable, ListedObject {
    package var pk: String
    package var slug: String
    package var name: String
    /// Authentik's identifier of the type: `authentik_sources_oauth.oauthsource`; nil if the release does not report
    /// it.
    package var model: String?

    package var key: String { pk }

    package init(pk: String, slug: String, name: String, model: String? = oauthModel) {
        self.pk = pk
        self.slug = slug
        self.name = name
        self.model = model
    }

    /// The type of sources whose tokens a provider can accept.
    package static let oauthModel = "authentik_sources_oauth.oauthsource"

    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.read("pk")
        slug = try json.read("slug")
        name = try json.read("name")
        model = try json.readIfPresent("meta_model_name")
    }
}

extension Kind {
    /// Sources are only referenced, by providers.
    package static let source = Kind(
        "source",
        .sources,
        identity: ["slug"],
        ownership: .others,
        requests: [RequestUse("GET", .sources, "find the sources whose tokens are taken", for: .federatedSources)]
    )
}

extension Endpoint {
    package static let sources = Endpoint("sources/all", ObjectModel("authentik_core", "source"))
}

extension AuthentikClient {
    /// All OAuth sources, and those whose type is unknown.
    package func sources() async throws -> [Source] {
        let all: [Source] = try await list(Kind.source.endpoint)
        return all.filter { $0.model.map { $0 == Source.oauthModel } ?? true }
    }
}
