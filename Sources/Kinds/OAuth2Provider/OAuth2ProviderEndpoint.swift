package import AuthentikAPI
import Base
import CurlTransport
package import JSON

extension Kind {
    /// An OAuth2 provider belongs to the application whose mark names it.
    package static let oauth2Provider = Kind(
        "provider",
        .providers,
        identity: ["name", "client_id"],
        ownership: .namedInMark,
        fields: OAuth2Provider.fields,
        requests: [
            RequestUse("GET", .providers, "see OAuth2 providers"),
            RequestUse("POST", .providers, "create OAuth2 providers"),
            RequestUse("PATCH", .providers, "change OAuth2 providers"),
            RequestUse("DELETE", .providers, "delete OAuth2 providers", isOptional: true),
            RequestUse("GET", .proxyProviders, "recognize proxy providers", isOptional: true),
            RequestUse("PUT", .transaction, "create applications with their OAuth2 providers"),
        ],
        writes: ObjectWrites(OAuth2Provider.self)
    )
}

extension Endpoint {
    package static let providers = Endpoint(
        "providers/oauth2",
        ObjectModel("authentik_providers_oauth2", "oauth2provider")
    )
    /// Creates an application, its provider and its bindings, all or nothing.
    package static let transaction = Endpoint(
        "core/transactional/applications",
        granted: ["PUT": applications.permissions(for: "POST") + providers.permissions(for: "POST")],
        isCreatedByPut: true
    )
}

extension OAuth2Provider: WritableObject {
    package static var kind: Kind { .oauth2Provider }

    package var reference: JSONValue { .integer(pk) }

    package static func made(of fields: SentFields, _ client: AuthentikClient) async throws -> OAuth2Provider? {
        try await client.provider(named: fields.text(Row.name.attribute))
    }

    package func unkept(of fields: SentFields) -> [UnkeptField] {
        UnkeptField.all(of: fields, in: values, Self.kind)
    }
}

extension OAuth2Provider {
    /// Authentik's identifier of the type.
    package static let model = "authentik_providers_oauth2.oauth2provider"
}

extension AuthentikClient {
    package func providers() async throws -> [OAuth2Provider] {
        try await providers(of: try await listedProviders())
    }

    /// The providers of a list, completed if it changed while it was read.
    package func providers(of listing: Listing<OAuth2Provider>) async throws -> [OAuth2Provider] {
        listing.isWhole ? listing.rows : try await complete(listing)
    }

    /// Completes a list of providers that may have missed rows while it was read.
    package func complete(_ listing: Listing<OAuth2Provider>) async throws -> [OAuth2Provider] {
        try await complete(listing, of: .providers).rows
    }

    /// The providers, from reading their list once.
    package func listedProviders() async throws -> Listing<OAuth2Provider> {
        do {
            return try await listOnce(.providers)
        } catch var error as AuthentikError where error.kind == .serverError {
            error.message +=
                "; one provider with an incomplete entry in redirect_uris makes this list fail until a correct PUT "
                + "repairs it"
            throw error
        }
    }

    /// One OAuth2 provider; nil if the pk does not exist, or is that of a provider of another type.
    package func provider(pk: Int) async throws -> OAuth2Provider? {
        try await object(of: .providers, key: "\(pk)")
    }

    /// The OAuth2 provider of a name; nil if there is none.
    package func provider(named name: String) async throws -> OAuth2Provider? {
        let found: [OAuth2Provider] = try await list(.providers, query: [("name", name)])
        return found.first { $0.name.exact == name.exact }
    }

    /// Creates an application, its provider and its bindings, all or nothing (`PUT /core/transactional/applications/`).
    ///
    /// The answer has no pks; read them with ``applications()``.
    ///
    /// - Parameter model: of the provider: ``OAuth2Provider/model`` or ``ProxyProvider/model``.
    /// - Returns: the application, if the answer was unclear and a lookup found it; otherwise nil.
    /// - Throws: ``AuthentikError`` of the kind `rejected` if either exists already.
    @discardableResult
    package func createApplicationAndProvider(
        application: WriteBody,
        provider: WriteBody,
        model: String = OAuth2Provider.model,
        bindings: [WriteBody] = [],
        slug: String
    ) async throws -> Application? {
        struct Answer: JSONReadable {
            let applied: Bool

            init(_ json: JSONElement) throws(JSONMismatch) {
                applied = try json.read("applied")
            }
        }

        var body: [String: JSONValue] = [
            "app": .object(application.fields),
            "provider_model": .string(model),
            "provider": .object(provider.fields),
        ]
        if !bindings.isEmpty { body["policy_bindings"] = .array(bindings.map { .object($0.fields) }) }
        let request = APIRequest(
            method: "PUT",
            endpoint: .transaction,
            body: .object(body),
            secrets: application.secrets + provider.secrets
        )
        return try await create(
            request,
            decode: { response -> Application? in
                guard try await decode(Answer.self, response, to: request).applied else {
                    let message = "Authentik accepted the transaction but did not apply it; see Authentik's log"
                    throw rejected(message, response, to: request)
                }
                return nil
            },
            find: { try await self.application(slug: slug).map { .some($0) } }
        )
    }
}
