import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

extension ForwardAuthTests {
    /// A file, and the sandbox that it is for.
    struct Place: Sendable {
        var target: Target
        var file: String
        var admin: Admin { target.admin }

        func run(_ arguments: String...) async throws -> Command.Result {
            try await Command(arguments + ["--config", file], environment: target.environment).run()
        }

        /// - Parameter services: below `services:`, not indented.
        func declare(_ services: String, head: String = "") throws {
            let text = """
                apiVersion: reconcile/v1
                owner: homelab
                host: host.example.net
                \(head)
                services:
                \(services)

                """
            try Data(text.utf8).write(to: URL(filePath: file))
        }

        func proxy(_ name: String) async throws -> JSONValue? {
            try await admin.list(ForwardAuthTests.proxies).first { $0["name"]?.string == name }
        }

        func outpost(_ name: String = SandboxState.embeddedOutpost) async throws -> JSONValue {
            try #require(try await admin.list(ForwardAuthTests.outposts).first { $0["name"]?.string == name })
        }

        /// The names of what an outpost serves, sorted.
        func served(by name: String = SandboxState.embeddedOutpost) async throws -> [String] {
            (try await outpost(name)["providers_obj"]?.array ?? []).compactMap { $0["name"]?.string }.sorted()
        }

        func serve(_ providers: [JSONValue], by name: String = SandboxState.embeddedOutpost) async throws {
            let path = "\(ForwardAuthTests.outposts)\(try await outpost(name)["pk"]?.string ?? "")/"
            try await admin.send("PATCH", path, ["providers": .array(providers)])
        }

        /// - Returns: the pk.
        func makeProxy(_ name: String) async throws -> JSONValue {
            let body: JSONValue = [
                "name": .string(name), "mode": "forward_single",
                "external_host": .string("https://\(name).example.net"),
                "authorization_flow": try await admin.flow("default-provider-authorization-implicit-consent"),
                "invalidation_flow": try await admin.flow("default-provider-invalidation-flow"),
            ]
            return try await admin.send("POST", ForwardAuthTests.proxies, body)["pk"] ?? .null
        }

        /// The name of the provider that an application has; nil for none.
        func login(of slug: String) async throws -> String? {
            try await admin.application(slug)["provider_obj"]?["name"]?.string
        }
    }

    func withPlace(
        _ release: Sandbox.Release = .december2025,
        _ prepare: (inout SandboxState) -> Void = { _ in },
        _ body: @escaping @Sendable (Place) async throws -> Void
    ) async throws {
        var state = SandboxState(release: release, token: token)
        prepare(&state)
        var configuration = Sandbox.Configuration(release: release, token: token)
        configuration.state = state
        try await withSandbox(configuration: configuration) { sandbox, url in
            let target = Target(
                sandbox: sandbox,
                admin: try Admin(baseURL: url, token: token),
                environment: ["AUTHENTIK_URL": url, "AUTHENTIK_TOKEN": token, "TRIVY_SECRET": "tr1vy-s3cr3t"]
            )
            try await withFile("services.yaml") { path in
                let place = Place(target: target, file: path)
                try place.declare(Self.trivy)
                try await body(place)
            }
        }
    }
}
