import AuthentikSandbox
import Foundation
import JSON
import Testing

/// A walk over all that the sandbox serves, which compares each answer with the facts of its release.
struct ModelJourney {
    private let workshop: Workshop
    private let release: Sandbox.Release
    private(set) var facts: ModelFacts
    /// What is wrong with the answers, a line each.
    private(set) var mistakes: [String] = []
    private var answered: Set<String> = []
    /// What was made, in that order, with the body that made it.
    private var made: [(path: String, body: JSONValue)] = []

    init(_ workshop: Workshop, facts: ModelFacts) {
        self.workshop = workshop
        self.release = workshop.sandbox.release
        self.facts = facts
    }

    /// The operations that the sandbox serves, and of which no answer was compared.
    var unanswered: [String] {
        workshop.sandbox.operations.filter { operation in
            switch ModelTable.shape(of: operation) {
            case nil: true
            case .leftOut: false
            case .list(let object, _), .object(let object, _):
                !answered.contains(operation) && !facts.unknown.contains(object)
            case .nothing: !answered.contains(operation)
            }
        }
    }

    // MARK: - Stations

    /// Makes one of everything, with every field that there is.
    mutating func make() async throws {
        let role = try await make("rbac/roles/", ["name": "r"])
        let user = try await make("core/users/", ["username": "u", "name": "U", "email": "u@example.org"])
        let caller = try await send("GET", "core/users/me/")?["user"]?["pk"] ?? .null
        let parent = try await make("core/groups/", ["name": "parent"])
        let group = try await make(
            "core/groups/",
            [
                "name": "g", "parents": [parent], "parent": parent, "roles": [role], "users": [user, caller],
                "attributes": ["a": 1],
            ]
        )
        _ = try await make("core/tokens/", ["identifier": "t", "user": user, "intent": "api"])
        let policy = try await make("policies/expression/", ["name": "p", "expression": "return True"])

        _ = try await make(
            "propertymappings/provider/scope/",
            [
                "name": "m", "scope_name": "m", "expression": "return {}", "description": "d",
                "managed": "example.org/m",
            ]
        )
        let provider = try await make("providers/oauth2/", try await self.provider("a"))
        let backchannel = try await make("providers/oauth2/", workshop.provider("b"))
        let proxy = try await make(
            "providers/proxy/",
            [
                "name": "proxy", "mode": "forward_single", "external_host": "https://p.example.org",
                "authorization_flow": workshop.flow, "invalidation_flow": workshop.flow,
            ]
        )
        let application = try await make(
            "core/applications/",
            [
                "name": "A", "slug": "a", "provider": provider, "backchannel_providers": [backchannel],
                "meta_launch_url": "https://a.example.org", "meta_icon": "fa://fa-a", "meta_hide": true,
                "policy_engine_mode": "all", "group": "G",
            ],
            key: "slug"
        )
        _ = try await make("core/applications/", ["name": "B", "slug": "bare"], key: "slug")
        let target = try await workshop.get("core/applications/\(application.text)/").json?["pk"] ?? .null
        _ = try await make(
            "core/application_entitlements/",
            ["name": "e", "app": target, "attributes": ["deep": [1, nil, "x"]]]
        )
        for (order, subject) in [("group", group), ("user", user), ("policy", policy)].enumerated() {
            _ = try await make(
                "policies/bindings/",
                ["target": target, subject.0: subject.1, "order": .integer(order), "negate": true]
            )
        }
        workshop.sandbox.change { state in
            state.bind("a", to: .init(.user("u"), order: 9, expires: Date(timeIntervalSince1970: 4_000_000_000)))
        }
        let outpost = try await send("GET", "outposts/instances/")?["results"]?.array?.first?["pk"] ?? .null
        try await send("PATCH", "outposts/instances/\(outpost.text)/", ["providers": [proxy]])
        _ = try await make(
            "outposts/instances/",
            ["name": "o", "type": "proxy", "providers": [proxy], "config": ["authentik_host": "https://o"]]
        )
        try await send(
            "POST",
            "flows/instances/",
            ["name": "f", "slug": "f", "title": "f", "designation": "authorization"]
        )
        try await send(
            "POST",
            "crypto/certificatekeypairs/generate/",
            ["common_name": "c", "validity_days": 1, "alg": "ecdsa"]
        )
        try await send(
            "PUT",
            "core/transactional/applications/",
            [
                "app": ["name": "T", "slug": "t"], "provider_model": "authentik_providers_oauth2.oauth2provider",
                "provider": workshop.provider("t"), "policy_bindings": [["group": group, "order": 0]],
            ]
        )
        try await send("POST", "rbac/permissions/assigned_by_roles/\(role.text)/assign/", Self.permissions)
        try await send("GET", "rbac/permissions/?role=\(role.text)")
        try await send("PATCH", "rbac/permissions/assigned_by_roles/\(role.text)/unassign/", Self.permissions)
        try await send("POST", "core/groups/\(parent.text)/add_user/", ["pk": user])
        try await send("POST", "core/groups/\(parent.text)/remove_user/", ["pk": user])
    }

    /// Looks at every list and at each object on it.
    mutating func look() async throws {
        for path in ["admin/version/", "core/users/me/"] { try await send("GET", path) }
        for operation in workshop.sandbox.operations where operation.hasPrefix("GET api/v3/") {
            guard case .list = ModelTable.shape(of: operation), !operation.contains("rbac/permissions/") else {
                continue
            }
            let path = String(operation.dropFirst("GET api/v3/".count))
            let isOfApplications = path == "core/applications/"
            let rows = try await send("GET", path + "?page_size=100&superuser_full_list=true")?["results"]?.array ?? []
            #expect(!rows.isEmpty, "\(path)")
            guard workshop.sandbox.operations.contains(operation + "{}/") else { continue }
            for row in rows {
                let slug = isOfApplications || path == "flows/instances/" ? row["slug"] : nil
                let key = slug ?? row["identifier"] ?? row["pk"] ?? row["pbm_uuid"] ?? .null
                try await send("GET", "\(path)\(key.text)/")
                if path == "providers/oauth2/" { try await lookAtSetup(row) }
            }
        }
    }

    /// Without an application some of it is null, though no document says so.
    private mutating func lookAtSetup(_ provider: JSONValue) async throws {
        guard let slug = provider["assigned_application_slug"], !slug.isNull else { return }
        try await send("GET", "providers/oauth2/\(provider["pk"]?.text ?? "")/setup_urls/")
    }

    /// Writes everything again, as it was made.
    mutating func change() async throws {
        for (path, body) in made {
            for method in ["PATCH", "PUT"] { try await send(method, path, body) }
        }
    }

    /// Deletes everything, and what could not be made.
    mutating func delete() async throws {
        for (path, _) in made.reversed() { try await send("DELETE", path) }
        let policies = try await send("GET", "policies/all/")?["results"]?.array
        try await send("DELETE", "policies/all/\(policies?.first?["pk"]?.text ?? "")/")
        let certificates = try await send("GET", "crypto/certificatekeypairs/")?["results"]?.array
        try await send("DELETE", "crypto/certificatekeypairs/\(certificates?.last?["pk"]?.text ?? "")/")
        let flows = try await send("GET", "flows/instances/")?["results"]?.array
        try await send("DELETE", "flows/instances/\(flows?.last?["slug"]?.text ?? "")/")
    }

    // MARK: - Steps

    private static let permissions: JSONValue = ["permissions": ["authentik_core.view_application"]]

    /// A provider with every field that there is.
    private func provider(_ name: String) async throws -> JSONValue {
        let key = try await workshop.get("crypto/certificatekeypairs/").json?["results"]?.array?.first?["pk"] ?? .null
        let scopes = try await workshop.get("propertymappings/provider/scope/").json?["results"]?.array ?? []
        let words = facts.words(of: "grant_types", in: "OAuth2Provider") ?? []
        return workshop.provider(
            name,
            redirectURIs: [
                ["matching_mode": "strict", "url": "https://a.example.org/cb"],
                ["matching_mode": "regex", "url": "https://b/.*", "redirect_uri_type": "authorization"],
                ["matching_mode": "strict", "url": "https://a.example.org/out", "redirect_uri_type": "logout"],
            ],
            [
                "client_secret": "secret", "signing_key": key, "encryption_key": key,
                "property_mappings": .array(scopes.compactMap { $0["pk"] }), "authentication_flow": workshop.flow,
                "grant_types": .strings(words), "logout_uri": "https://a.example.org/logout",
            ]
        )
    }

    /// - Parameter key: the field of the answer by which the new object is looked up.
    private mutating func make(_ path: String, _ body: JSONValue, key: String? = nil) async throws -> JSONValue {
        let answer = try await send("POST", path, body)
        let found = key.flatMap { answer?[$0] } ?? answer?["pk"] ?? answer?["pbm_uuid"] ?? .null
        let name = path == "core/tokens/" ? answer?["identifier"] ?? .null : found
        made.append(("\(path)\(name.text)/", body))
        return found
    }

    /// Sends a request that must succeed, and compares the answer.
    @discardableResult
    private mutating func send(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue? {
        let answer = try await workshop.client.send(method, "/api/v3/\(path)", body)
        try #require((200..<300).contains(answer.status), "\(method) \(path): \(answer.text)")
        let operation = try #require(self.operation(method, path), "\(method) \(path)")
        answered.insert(operation)
        let name = "\(method) \(path)"
        switch ModelTable.shape(of: operation) {
        case .list(let object, let isOpen):
            mistakes += facts.mistakes(in: answer.json?["pagination"] ?? .null, "Pagination", name + " pagination")
            compare(answer.json?["results"], "[\(object)]", name, isOpen: isOpen)
        case .object(let object, let isOpen): compare(answer.json, object, name, isOpen: isOpen)
        case .nothing: if !answer.body.isEmpty { mistakes.append("\(name) answers something") }
        case .leftOut, nil: break
        }
        return answer.json
    }

    private mutating func compare(_ value: JSONValue?, _ type: String, _ name: String, isOpen: Bool) {
        guard !facts.unknown.contains(type.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))) else { return }
        mistakes += facts.mistakes(in: value ?? .null, type, name, isOpen: isOpen)
    }

    /// The operation that a request is one of: that with the fewest keys in its path.
    private func operation(_ method: String, _ path: String) -> String? {
        let parts = "\(method) api/v3/\(path.prefix { $0 != "?" })".split(
            separator: "/",
            omittingEmptySubsequences: false
        )
        return workshop.sandbox.operations.filter { operation in
            let own = operation.split(separator: "/", omittingEmptySubsequences: false)
            return own.count == parts.count && zip(own, parts).allSatisfy { $0 == $1 || $0 == "{}" && !$1.isEmpty }
        }.min { $0.count(where: { $0 == "{" }) < $1.count(where: { $0 == "{" }) }
    }
}

extension JSONValue {
    /// As it stands in a path.
    fileprivate var text: String { string ?? integer.map(String.init) ?? "" }
}
