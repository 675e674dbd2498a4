package import AuthentikAPI
import Base
package import JSON

/// A proxy provider, as `/providers/proxy/` shows it: a login in front of a service without one, served by an outpost.
///
/// Authentik stores it as an OAuth2 provider with additional fields: the list of OAuth2 providers has it too, with the
/// same pk and name, and Authentik manages its redirect URIs, client and signing itself.
package struct ProxyProvider: Sendable, Equatable {
    package var pk: Int
    /// The values of ``fields``.
    package var values: FieldValues
    /// The slug of the application whose provider this is.
    package var applicationSlug: String?

    package init(pk: Int, name: String) {
        self.pk = pk
        values = FieldValues(Self.fields)
        values[Row.name] = .text(name)
    }

    package var name: String { values.text(Row.name) ?? "" }
    package var mode: Mode? { values.text(Row.mode).flatMap(Mode.init(rawValue:)) }
    /// The address that users open.
    package var externalHost: String { values.text(Row.externalHost)?.trimmed ?? "" }
}

extension ProxyProvider: TabledObject {
    package var key: Int { pk }

    package init(_ json: JSONElement, _ fields: inout FieldReader) throws(JSONMismatch) {
        pk = try json.read("pk")
        values = try fields.read(json)
        // A slash after an origin makes no difference, but Authentik stores it as sent.
        if externalHost.last == "/", externalHost.count(where: { $0 == "/" }) == 3 {
            values[Row.externalHost] = .text(String(externalHost.dropLast()))
        }
        applicationSlug = try json.readIfPresent("assigned_application_slug")
    }
}

extension Kind {
    /// A proxy provider belongs to the application whose mark names it.
    package static let proxyProvider = Kind(
        "proxy-provider",
        .proxyProviders,
        identity: ["name"],
        ownership: .namedInMark,
        noun: "proxy provider",
        fields: ProxyProvider.fields,
        requests: [
            RequestUse("GET", .proxyProviders, "see proxy providers", for: .forwardAuth),
            RequestUse("POST", .proxyProviders, "create proxy providers", for: .forwardAuth),
            RequestUse("PATCH", .proxyProviders, "change proxy providers", for: .forwardAuth),
            RequestUse("DELETE", .proxyProviders, "delete proxy providers", isOptional: true, for: .forwardAuth),
        ],
        writes: ObjectWrites(ProxyProvider.self)
    )
}

extension Endpoint {
    package static let proxyProviders = Endpoint(
        "providers/proxy",
        ObjectModel("authentik_providers_proxy", "proxyprovider")
    )
}

extension ProxyProvider: WritableObject {
    package static var kind: Kind { .proxyProvider }

    package var reference: JSONValue { .integer(pk) }

    package static func made(of fields: SentFields, _ client: AuthentikClient) async throws -> ProxyProvider? {
        try await client.proxyProvider(named: fields.text(Row.name.attribute))
    }

    /// Authentik adds scopes of its own to those that are sent.
    package func unkept(of fields: SentFields) -> [UnkeptField] {
        let unkept = UnkeptField.all(of: fields, in: values, Self.kind)
        let held = Set(values.held(Row.scopes).references.map(\.pk))
        return unkept.filter { field in
            field.assignment.field != Row.scopes.attribute
                || !held.isSuperset(of: field.assignment.value.references.map(\.pk))
        }
    }
}

extension ProxyProvider {
    /// Authentik's identifier of the type.
    package static let model = "authentik_providers_proxy.proxyprovider"

    /// The `managed` names of the scope mappings that Authentik gives each proxy provider, whatever is sent.
    package static let ownScopes = Set(
        [
            "oauth2/scope-openid", "oauth2/scope-email", "oauth2/scope-profile", "oauth2/scope-entitlements",
            "proxy/scope-proxy",
        ].map { "goauthentik.io/providers/\($0)" }
    )

    /// The assignments of a PATCH, with the other fields that Authentik requires in it.
    ///
    /// | a PATCH of | must also have |
    /// |---|---|
    /// | any field | the mode: without it Authentik assumes `proxy` |
    /// | a provider that has the mode `proxy`, or gets it | the upstream |
    /// | any field of basic authentication | all three of them |
    ///
    /// - Parameter values: what the provider holds.
    package static func patch(_ assignments: [FieldAssignment], holding values: FieldValues) -> [FieldAssignment] {
        guard !assignments.isEmpty else { return [] }
        var wanted = [Row.mode]
        let mode = assignments.first { $0.field == Row.mode.attribute }?.value.text ?? values.text(Row.mode)
        if mode == Mode.proxy.rawValue { wanted.append(Row.upstream) }
        let basicAuth = [Row.basicAuth, Row.basicAuthUser, Row.basicAuthPassword]
        if assignments.contains(where: { basicAuth.map(\.attribute).contains($0.field) }) { wanted += basicAuth }
        let missing = wanted.filter { row in !assignments.contains { $0.field == row.attribute } }
        return assignments + missing.map { FieldAssignment(field: $0.attribute, value: values.held($0)) }
    }
}

extension AuthentikClient {
    package func proxyProviders() async throws -> [ProxyProvider] { try await list(.proxyProviders) }

    /// All proxy providers; nil if the account may not see them.
    package func proxyProvidersIfSeen() async throws -> [ProxyProvider]? {
        do {
            return try await proxyProviders()
        } catch let error as AuthentikError where error.kind == .permissionDenied {
            return nil
        }
    }

    /// One proxy provider; nil if there is none of that pk.
    package func proxyProvider(pk: Int) async throws -> ProxyProvider? {
        try await object(of: .proxyProviders, key: "\(pk)")
    }

    /// The proxy provider of a name; nil if there is none.
    package func proxyProvider(named name: String) async throws -> ProxyProvider? {
        let found: [ProxyProvider] = try await list(.proxyProviders, query: [("name__iexact", name)])
        return found.first { $0.name.exact == name.exact }
    }
}
