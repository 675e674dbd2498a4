import AuthentikAPI
package import JSON

/// The parts of an application in `/core/applications/` that this program reads.
package struct Application: Sendable, Equatable {
    package var pk: String
    /// The values of ``fields``.
    package var values: FieldValues
    /// The pk of its provider, of any type.
    package var provider: Int?
    /// The name and type of `provider`; also set if it is not an OAuth2 provider.
    package var providerSummary: ProviderSummary?
    /// Other providers of the application, besides `provider`.
    package var backchannelProviders: [ProviderSummary] = []
    /// Whether one passing policy binding grants access (`any`), or all must pass (`all`).
    package var policyEngineMode = "any"

    package struct ProviderSummary: Sendable, Equatable {
        package var pk: Int?
        package var name: String?
        /// `OAuth2/OpenID Provider`, `Proxy Provider`, ….
        package var typeName: String?
        /// Authentik's identifier of the type: `authentik_providers_oauth2.oauth2provider`.
        package var model: String?

        package init(pk: Int? = nil, name: String?, typeName: String?, model: String? = nil) {
            self.pk = pk
            self.name = name
            self.typeName = typeName
            self.model = model
        }
    }

    package init(pk: String, slug: String, name: String, provider: Int? = nil) {
        self.pk = pk
        values = FieldValues(Self.fields)
        self.provider = provider
        self.slug = slug
        self.name = name
    }
}

extension Application {
    /// The value of a field, by its name in the file.
    package subscript(name: FieldName) -> FieldValue {
        get { self[Self.fields[name]] }
        set { values[Self.fields[name]] = newValue }
    }

    package subscript(field: FieldSpec) -> FieldValue { values.held(field) }

    // MARK: Fields by name

    /// Whether its tile is hidden.
    package var isHidden: Bool {
        get { self[Row.hidden].flag ?? false }
        set { values[Row.hidden] = .flag(newValue) }
    }

    package var slug: String {
        get { values.text(Row.slug) ?? "" }
        set { values[Row.slug] = .text(newValue) }
    }

    package var name: String {
        get { values.text(Row.name) ?? "" }
        set { values[Row.name] = .text(newValue) }
    }

    package var launchURL: String {
        get { values.text(Row.launchURL) ?? "" }
        set { values[Row.launchURL] = .text(newValue) }
    }
}

extension Application: TabledObject {
    package var key: String { pk }

    package init(_ json: JSONElement, _ fields: inout FieldReader) throws(JSONMismatch) {
        pk = try json.read("pk")
        values = try fields.read(json)
        provider = try json.readIfPresent("provider")
        providerSummary = try json.readIfPresent("provider_obj")
        backchannelProviders = try json.readIfPresent("backchannel_providers_obj") ?? []
        policyEngineMode = try json.readIfPresent(AccessMode.attribute) ?? AccessMode.any.rawValue
    }
}

extension Application.ProviderSummary: JSONReadable {
    package init(_ json: JSONElement) throws(JSONMismatch) {
        pk = try json.readIfPresent("pk")
        name = try json.readIfPresent("name")
        typeName = try json.readIfPresent("verbose_name")
        model = try json.readIfPresent("meta_model_name")
    }
}
