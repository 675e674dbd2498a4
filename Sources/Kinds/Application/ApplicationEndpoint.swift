package import AuthentikAPI
import Base
import CurlTransport
import JSON

extension Kind {
    /// An application carries the mark that says whose it is.
    package static let application = Kind(
        "application",
        .applications,
        identity: ["slug"],
        ownership: .marked,
        fields: Application.fields
    )
}

extension AuthentikClient {
    /// All applications, also those that the account may not open; only a superuser gets them all.
    package func applications() async throws -> [Application] {
        try await list(.applications, query: Self.allApplications)
    }

    /// The applications as one look at their list shows them, and whether those are all that it counts.
    ///
    /// For a superuser rows are missing only if the list changed while it was read. For anybody else the list is
    /// filtered by policy and cached: rows may be missing at any time, and before 2025.12 be old.
    package func listedApplications() async throws -> (rows: [Application], isWhole: Bool) {
        try await listOnce(.applications, query: Self.allApplications)
    }

    private static var allApplications: [(String, String)] { [("superuser_full_list", "true")] }

    /// One application; nil if there is none of that slug, or the account may not see it.
    ///
    /// It is checked by permission, not by policy, so this is how anybody but a superuser sees an application.
    package func application(slug: String) async throws -> Application? {
        let request = APIRequest(method: "GET", endpoint: .applications, key: slug)
        do {
            return try await decode(Application.self, try await send(request), to: request)
        } catch let error as AuthentikError where error.kind == .notFound {
            return nil
        }
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

    package func deleteApplication(slug: String) async throws { try await delete(.applications, key: slug) }
}
