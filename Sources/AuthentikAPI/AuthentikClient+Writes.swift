import Base
import CurlTransport
package import JSON
package import Secrets

/// The fields of a write, and which secrets are among them.
package struct WriteBody: Sendable {
    package var fields: [String: JSONValue]
    package var secrets: [Secret]

    package init(_ fields: [String: JSONValue] = [:], secrets: [Secret] = []) {
        self.fields = fields
        self.secrets = secrets
    }
}

extension WriteBody: CustomStringConvertible, CustomReflectable {
    /// The names of the fields, never their values.
    package var description: String { fields.keys.sorted().joined(separator: ", ") }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension AuthentikClient {
    /// Creates an application and its OAuth2 provider, both or none (`PUT /core/transactional/applications/`).
    ///
    /// The answer tells no pks; see ``applications()`` for them.
    ///
    /// - Throws: ``AuthentikError`` of the kind `rejected` if either exists already.
    package func createApplicationAndProvider(application: WriteBody, provider: WriteBody, slug: String) async throws {
        struct Answer: Decodable {
            var applied: Bool
        }

        let request = APIRequest(
            method: "PUT",
            endpoint: .transaction,
            body: [
                "app": .object(application.fields),
                "provider_model": "authentik_providers_oauth2.oauth2provider",
                "provider": .object(provider.fields),
            ],
            secrets: application.secrets + provider.secrets
        )
        try await create(
            request,
            decode: { response in
                guard try decode(Answer.self, response, to: request).applied else {
                    throw AuthentikError(
                        kind: .rejected,
                        status: response.status,
                        message: "Authentik took the transaction and did not apply it; its log says why",
                        request: request.description(at: address),
                        requestID: response.headers["x-authentik-id"]
                    )
                }
            },
            find: { try await self.application(slug: slug).map { _ in } }
        )
    }

    package func createApplication(_ body: WriteBody, slug: String) async throws -> Application {
        let request = APIRequest(
            method: "POST",
            endpoint: .applications,
            body: .object(body.fields),
            secrets: body.secrets
        )
        return try await create(
            request,
            decode: { try decode(Application.self, $0, to: request) },
            find: { try await application(slug: slug) }
        )
    }

    /// Changes the given fields; `slug` is the present one.
    package func updateApplication(slug: String, _ body: WriteBody) async throws {
        try await update(.applications, key: slug, body)
    }

    package func createProvider(_ body: WriteBody, name: String) async throws -> OAuth2Provider {
        let request = APIRequest(
            method: "POST",
            endpoint: .providers,
            body: .object(body.fields),
            secrets: body.secrets
        )
        return try await create(
            request,
            decode: { try decode(OAuth2Provider.self, $0, to: request) },
            find: {
                let found: [OAuth2Provider] = try await list(.providers, query: [("name", name)])
                return found.first { $0.name.exact == name.exact }
            }
        )
    }

    /// Changes the given fields.
    package func updateProvider(pk: Int, _ body: WriteBody) async throws {
        try await update(.providers, key: "\(pk)", body)
    }

    package func createEntitlement(
        named name: String,
        application: String,
        attributes: JSONValue
    ) async throws -> ApplicationEntitlement {
        let request = APIRequest(
            method: "POST",
            endpoint: .entitlements,
            body: ["name": .string(name), "app": .string(application), "attributes": attributes]
        )
        return try await create(
            request,
            decode: { try decode(ApplicationEntitlement.self, $0, to: request) },
            find: {
                let found: [ApplicationEntitlement] = try await list(
                    .entitlements,
                    query: [("app", application), ("name", name)]
                )
                return found.first { $0.application == application && $0.name == name }
            }
        )
    }

    /// Replaces the attributes as a whole.
    package func updateEntitlement(pk: String, attributes: JSONValue) async throws {
        try await update(.entitlements, key: pk, WriteBody(["attributes": attributes]))
    }

    package func deleteApplication(slug: String) async throws { try await delete(.applications, key: slug) }

    package func deleteProvider(pk: Int) async throws { try await delete(.providers, key: "\(pk)") }

    package func deleteEntitlement(pk: String) async throws { try await delete(.entitlements, key: pk) }

    /// Deletes an object; one that is gone already is deleted.
    private func delete(_ endpoint: Endpoint, key: String) async throws {
        do {
            _ = try await send(APIRequest(method: "DELETE", endpoint: endpoint, key: key))
        } catch let error as AuthentikError where error.kind == .notFound {}
    }

    private func update(_ endpoint: Endpoint, key: String, _ body: WriteBody) async throws {
        _ = try await send(
            APIRequest(
                method: "PATCH",
                endpoint: endpoint,
                key: key,
                body: .object(body.fields),
                secrets: body.secrets
            )
        )
    }
}
