package import AuthentikAPI
import Base
import CurlTransport
import JSON

extension Kind {
    /// An OAuth2 provider belongs to the application whose mark names it.
    package static let oauth2Provider = Kind(
        "provider",
        .providers,
        identity: ["name", "client_id"],
        ownership: .namedInMark,
        fields: OAuth2Provider.fields
    )
}

extension OAuth2Provider {
    /// What Authentik calls the type of a provider that is one.
    package static let model = "authentik_providers_oauth2.oauth2provider"
    /// What it calls the type of one that is the inner half of a proxy provider.
    package static let proxyModel = "authentik_providers_proxy.proxyprovider"
}

extension AuthentikClient {
    package func providers() async throws -> [OAuth2Provider] {
        do {
            return try await list(.providers)
        } catch var error as AuthentikError where error.kind == .serverError {
            error.message +=
                "; one provider with an incomplete entry in redirect_uris makes this list fail until a correct PUT "
                + "repairs it"
            throw error
        }
    }

    /// The OAuth2 provider of a name; nil if there is none.
    package func provider(named name: String) async throws -> OAuth2Provider? {
        let found: [OAuth2Provider] = try await list(.providers, query: [("name", name)])
        return found.first { $0.name.exact == name.exact }
    }

    /// The pks of the providers that are proxy providers; nil if the account may not see which those are.
    package func proxyProviders() async throws -> Set<Int>? {
        struct Row: ListedObject {
            var pk: Int
            var key: Int { pk }
        }

        do {
            let rows: [Row] = try await list(.proxyProviders)
            return Set(rows.map(\.pk))
        } catch let error as AuthentikError where error.kind == .permissionDenied {
            return nil
        }
    }

    package func createProvider(_ body: WriteBody, name: String) async throws -> Creation<OAuth2Provider> {
        let request = APIRequest(
            method: "POST",
            endpoint: .providers,
            body: .object(body.fields),
            secrets: body.secrets
        )
        return try await create(
            request,
            decode: { Creation(try await decode(OAuth2Provider.self, $0, to: request)) },
            find: { try await provider(named: name).map { Creation($0, isFound: true) } }
        )
    }

    /// Changes the given fields.
    ///
    /// - Returns: the provider as it is then.
    @discardableResult
    package func updateProvider(pk: Int, _ body: WriteBody) async throws -> OAuth2Provider {
        try await update(.providers, key: "\(pk)", body)
    }

    package func deleteProvider(pk: Int) async throws { try await delete(.providers, key: "\(pk)") }

    /// Creates an application and its OAuth2 provider, both or none (`PUT /core/transactional/applications/`).
    ///
    /// The answer tells no pks; see ``applications()`` for them.
    ///
    /// - Returns: the application, if no clear answer came and it was there when it was looked up; else nil.
    /// - Throws: ``AuthentikError`` of the kind `rejected` if either exists already.
    @discardableResult
    package func createApplicationAndProvider(
        application: WriteBody,
        provider: WriteBody,
        slug: String
    ) async throws -> Application? {
        struct Answer: Decodable {
            var applied: Bool
        }

        let request = APIRequest(
            method: "PUT",
            endpoint: .transaction,
            body: [
                "app": .object(application.fields),
                "provider_model": .string(OAuth2Provider.model),
                "provider": .object(provider.fields),
            ],
            secrets: application.secrets + provider.secrets
        )
        return try await create(
            request,
            decode: { response -> Application? in
                guard try await decode(Answer.self, response, to: request).applied else {
                    let message = "Authentik took the transaction and did not apply it; its log says why"
                    throw rejected(message, response, to: request)
                }
                return nil
            },
            find: { try await self.application(slug: slug).map { .some($0) } }
        )
    }
}
