/// An application as `/core/applications/` shows it, as far as this program reads it.
///
/// Absent fields become their defaults: releases add and drop fields.
package struct Application: Sendable, Equatable {
    package var pk: String
    package var slug: String
    package var name: String
    /// The pk of its provider, of whatever type.
    package var provider: Int?
    /// What `provider` is, for people: set when it is no OAuth2 provider, too.
    package var providerSummary: ProviderSummary?
    package var group: String
    package var launchURL: String
    package var icon: String
    package var description: String
    package var publisher: String
    package var openInNewTab: Bool
    /// What else uses it, beside `provider`.
    package var backchannelProviders: [ProviderSummary] = []
    /// Whether one of its policy bindings lets in (`any`), or only `all` of them together.
    package var policyEngineMode = "any"
    /// Whether lists of applications leave it out; since 2026.8.
    package var isHidden = false

    package struct ProviderSummary: Sendable, Equatable, Decodable {
        package var name: String?
        /// `OAuth2/OpenID Provider`, `Proxy Provider`, ….
        package var typeName: String?
        /// `authentik_providers_oauth2.oauth2provider`: what it is, for programs.
        package var model: String?

        package init(name: String?, typeName: String?, model: String? = nil) {
            self.name = name
            self.typeName = typeName
            self.model = model
        }

        private enum CodingKeys: String, CodingKey {
            case name
            case typeName = "verbose_name"
            case model = "meta_model_name"
        }
    }

    package init(pk: String, slug: String, name: String, provider: Int? = nil) {
        self.pk = pk
        self.slug = slug
        self.name = name
        self.provider = provider
        group = ""
        launchURL = ""
        icon = ""
        description = ""
        publisher = ""
        openInNewTab = false
    }
}

extension Application: ListedObject {
    package var key: String { pk }

    private enum CodingKeys: String, CodingKey {
        case pk, slug, name, provider, group
        case providerSummary = "provider_obj"
        case launchURL = "meta_launch_url"
        case icon = "meta_icon"
        case description = "meta_description"
        case publisher = "meta_publisher"
        case openInNewTab = "open_in_new_tab"
        case backchannelProviders = "backchannel_providers_obj"
        case policyEngineMode = "policy_engine_mode"
        case isHidden = "meta_hide"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        pk = try values.decode(String.self, forKey: .pk)
        slug = try values.decode(String.self, forKey: .slug)
        name = try values.decode(String.self, forKey: .name)
        provider = try values.decodeIfPresent(Int.self, forKey: .provider)
        providerSummary = try values.decodeIfPresent(ProviderSummary.self, forKey: .providerSummary)
        group = try values.decodeIfPresent(String.self, forKey: .group) ?? ""
        launchURL = try values.decodeIfPresent(String.self, forKey: .launchURL) ?? ""
        icon = try values.decodeIfPresent(String.self, forKey: .icon) ?? ""
        description = try values.decodeIfPresent(String.self, forKey: .description) ?? ""
        publisher = try values.decodeIfPresent(String.self, forKey: .publisher) ?? ""
        openInNewTab = try values.decodeIfPresent(Bool.self, forKey: .openInNewTab) ?? false
        backchannelProviders = try values.decodeIfPresent([ProviderSummary].self, forKey: .backchannelProviders) ?? []
        policyEngineMode = try values.decodeIfPresent(String.self, forKey: .policyEngineMode) ?? "any"
        isHidden = try values.decodeIfPresent(Bool.self, forKey: .isHidden) ?? false
    }
}
