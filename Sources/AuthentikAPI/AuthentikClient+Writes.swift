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
                "provider_model": "authentik_providers_oauth2.oauth2provider",
                "provider": .object(provider.fields),
            ],
            secrets: application.secrets + provider.secrets
        )
        return try await create(
            request,
            decode: { response -> Application? in
                guard try await decode(Answer.self, response, to: request).applied else {
                    throw AuthentikError(
                        kind: .rejected,
                        status: response.status,
                        message: "Authentik took the transaction and did not apply it; its log says why",
                        request: request.description(at: address),
                        requestID: response.headers["x-authentik-id"]
                    )
                }
                return nil
            },
            find: { try await self.application(slug: slug).map { .some($0) } }
        )
    }

    package func createApplication(_ body: WriteBody, slug: String) async throws -> Creation<Application> {
        let request = APIRequest(
            method: "POST",
            endpoint: .applications,
            body: .object(body.fields),
            secrets: body.secrets
        )
        return try await create(
            request,
            decode: { Creation(try await decode(Application.self, $0, to: request)) },
            find: { try await application(slug: slug).map { Creation($0, isFound: true) } }
        )
    }

    /// Changes the given fields; `slug` is the present one.
    ///
    /// - Returns: the application as it is then.
    @discardableResult
    package func updateApplication(slug: String, _ body: WriteBody) async throws -> Application {
        try await update(.applications, key: slug, body)
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

    /// The OAuth2 provider of a name; nil if there is none.
    package func provider(named name: String) async throws -> OAuth2Provider? {
        let found: [OAuth2Provider] = try await list(.providers, query: [("name", name)])
        return found.first { $0.name.exact == name.exact }
    }

    /// Changes the given fields.
    ///
    /// - Returns: the provider as it is then.
    @discardableResult
    package func updateProvider(pk: Int, _ body: WriteBody) async throws -> OAuth2Provider {
        try await update(.providers, key: "\(pk)", body)
    }

    /// Creates an entitlement, unless the application has one of that name already.
    ///
    /// - Returns: the one that is there then, whoever made it.
    package func createEntitlement(
        named name: String,
        application: String,
        attributes: JSONValue
    ) async throws -> Creation<ApplicationEntitlement> {
        let request = APIRequest(
            method: "POST",
            endpoint: .entitlements,
            body: ["name": .string(name), "app": .string(application), "attributes": attributes]
        )
        func find() async throws -> Creation<ApplicationEntitlement>? {
            try await entitlement(named: name, application: application).map { Creation($0, isFound: true) }
        }
        do {
            return try await create(
                request,
                decode: { Creation(try await decode(ApplicationEntitlement.self, $0, to: request)) },
                find: find
            )
        } catch let error as AuthentikError where error.mayBeOutdated {
            if let found = try? await find() { return found }
            throw error
        }
    }

    private func entitlement(named name: String, application: String) async throws -> ApplicationEntitlement? {
        let found: [ApplicationEntitlement] = try await list(
            .entitlements,
            query: [("app", application), ("name", name)]
        )
        return found.first { $0.application == application && $0.name == name }
    }

    /// Replaces the attributes as a whole.
    ///
    /// - Returns: the entitlement as it is then.
    @discardableResult
    package func updateEntitlement(pk: String, attributes: JSONValue) async throws -> ApplicationEntitlement {
        try await update(.entitlements, key: pk, WriteBody(["attributes": attributes]))
    }

    package func deleteApplication(slug: String) async throws { try await delete(.applications, key: slug) }

    package func deleteProvider(pk: Int) async throws { try await delete(.providers, key: "\(pk)") }

    package func deleteEntitlement(pk: String) async throws { try await delete(.entitlements, key: pk) }

    /// Deletes an object; one that is gone already is deleted.
    package func delete(_ endpoint: Endpoint, key: String) async throws {
        do {
            _ = try await send(APIRequest(method: "DELETE", endpoint: endpoint, key: key))
        } catch let error as AuthentikError where error.kind == .notFound {}
    }

    /// Changes an object, once more if the answer is garbled: the same again changes nothing, and only the answer tells
    /// what Authentik kept of it.
    package func update<Row: Decodable & Sendable>(_ endpoint: Endpoint, key: String, _ body: WriteBody) async throws
        -> Row
    {
        let request = APIRequest(
            method: "PATCH",
            endpoint: endpoint,
            key: key,
            body: .object(body.fields),
            secrets: body.secrets
        )
        do {
            return try await decode(Row.self, try await send(request), to: request)
        } catch let error as AuthentikError where error.kind == .undecodable {
            return try await decode(Row.self, try await send(request), to: request)
        }
    }
}
