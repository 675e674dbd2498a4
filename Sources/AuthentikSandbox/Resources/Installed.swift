import FoundationEssentials
import JSON

/// `/flows/instances/`, looked up by slug.
enum Flows: Resource {
    static let app = "authentik_flows"
    static let modelName = "flow"
    static let model = "Flow"
    static let ordering = "slug"

    static func rows(in store: inout Store) -> [Flow] { store.flows.inOrder() }
    static func rowsByKey(in store: inout Store) -> [Flow] { store.flows.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) -> Flow? {
        store.indexes.flowBySlug[key].flatMap { store.flows[$0] }
    }

    static func filter(_ filter: inout Filter<Flow>, in store: Store) {
        filter.text("slug") { $0.slug }
        filter.text("name") { $0.name }
        filter.choice("designation") { $0.designation }
        filter.search { [$0.name, $0.slug, $0.designation.rawValue, $0.title] }
    }

    static func sortKey(_ field: String) -> ((Flow) -> SortKey)? {
        switch field {
        case "slug": { .text($0.slug) }
        case "name": { .text($0.name) }
        default: nil
        }
    }

    static func json(_ row: Flow, _ request: APIRequest, in store: Store) -> JSONValue {
        row.json(in: store)
    }

    /// Flows can be created and deleted, which deletes their providers, but not changed.
    static let allRoutes: [Route] = {
        let path = "api/v3/flows/instances/"
        return [
            Route(
                path,
                .tokens,
                methods: ["GET", "POST"],
                ["GET": .init(permission("view"), list), "POST": .init(permission("add"), create)]
            ),
            Route(
                path + "{}/",
                .tokens,
                methods: ["GET", "PUT", "PATCH", "DELETE"],
                ["GET": .init(permission("view"), retrieve), "DELETE": .init(permission("delete"), destroy)]
            ),
        ]
    }()

    /// Creates a flow without stages, from the required fields.
    private static func create(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let body = try request.json()
        let others = Set(body.object?.keys.map(\.self) ?? [])
            .subtracting(["name", "slug", "title", "designation", "authentication"])
        guard others.isEmpty else { throw .notInSandbox("a flow with \(others.sorted().joined(separator: ", "))") }
        var flow = Flow(slug: "", name: "", title: "", designation: .authorization, authentication: .none, stages: [])
        var fields = try Validator(body, partial: false)
        fields.text("name", into: &flow.name, required: true, blank: false)
        fields.text("slug", into: &flow.slug, required: true, blank: false) { slug in
            if !Applications.isSlug(slug) { return store.release.invalidSlug }
            return store.indexes.flowBySlug[slug] == nil ? nil : "Flow with this slug already exists."
        }
        fields.text("title", into: &flow.title, required: true, blank: false)
        fields.choice("designation", into: &flow.designation, required: true)
        fields.choice("authentication", into: &flow.authentication)
        try fields.finish()
        store.replace(nil, with: flow)
        return .created(flow.json(in: store))
    }

    private static func destroy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        store.replace(try find(request, in: store), with: nil)
        return .deleted
    }
}

/// `/crypto/certificatekeypairs/`, looked up by UUID.
enum CertificateKeyPairs: Resource {
    static let app = "authentik_crypto"
    static let modelName = "certificatekeypair"
    static let model = "CertificateKeyPair"
    static let ordering = "name"

    static func rows(in store: inout Store) -> [CertificateKeyPair] { store.certificates.inOrder() }
    static func rowsByKey(in store: inout Store) -> [CertificateKeyPair] { store.certificates.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) throws(Refusal) -> CertificateKeyPair? {
        guard let pk = UUID(lenient: key) else { throw .notFound }
        return store.certificates[pk]
    }

    static func filter(_ filter: inout Filter<CertificateKeyPair>, in store: Store) {
        filter.text("name") { $0.name }
        filter.flag("has_key") { _ in true }
        filter.search { [$0.name] }
    }

    static func sortKey(_ field: String) -> ((CertificateKeyPair) -> SortKey)? {
        field == "name" ? { .text($0.name) } : nil
    }

    static func json(_ row: CertificateKeyPair, _ request: APIRequest, in store: Store) -> JSONValue {
        row.json(store.release)
    }

    /// They can be generated and deleted, but not imported or changed.
    static let allRoutes: [Route] = {
        let path = "api/v3/crypto/certificatekeypairs/"
        return [
            Route("POST", path + "generate/", permission: permission("add"), generate),
            Route(path, .tokens, methods: ["GET", "POST"], ["GET": .init(permission("view"), list)]),
            Route(
                path + "{}/",
                .tokens,
                methods: ["GET", "PUT", "PATCH", "DELETE"],
                ["GET": .init(permission("view"), retrieve), "DELETE": .init(permission("delete"), destroy)]
            ),
        ]
    }()

    private static func generate(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        var fields = try Validator(try request.json(), partial: false)
        var name = ""
        var alternativeName = ""
        var days = 365
        var algorithm = CertificateKeyPair.Algorithm.rsa
        fields.text("common_name", into: &name, required: true, blank: false)
        fields.text("subject_alt_name", into: &alternativeName)
        fields.integer("validity_days", into: &days, required: true, in: 0...3_650_000)
        fields.choice("alg", into: &algorithm)
        try fields.finish()
        let certificate = CertificateKeyPair(name: name, generated: .init(algorithm: algorithm, days: days))
        store.replace(nil, with: certificate)
        return .ok(certificate.json(store.release))
    }

    private static func destroy(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        store.replace(try find(request, in: store), with: nil)
        return .deleted
    }
}

/// Information about the installation.
enum Administration {
    static let versionPath = "api/v3/admin/version/"

    static let routes = [
        Route("GET", "-/health/live/", access: .everybody, health),
        Route("GET", "-/health/ready/", access: .everybody, health),
        Route("GET", versionPath, version),
        Route(
            "api/v3/admin/settings/",
            .tokens,
            methods: ["GET", "PUT", "PATCH"],
            [
                "GET": .init("authentik_rbac.view_system_settings", settings),
                "PATCH": .init("authentik_rbac.edit_system_settings", changeSettings),
            ]
        ),
    ]

    private static func health(_ request: APIRequest, in store: inout Store) -> APIResponse {
        APIResponse(200, .emptyHTML)
    }

    /// Without the internet, the latest release is not known.
    private static func version(_ request: APIRequest, in store: inout Store) -> APIResponse {
        .ok([
            "version_current": .string(store.release.version),
            "version_latest": "0.0.0",
            "version_latest_valid": false,
            "build_hash": "",
            "outdated": false,
            "outpost_outdated": false,
        ])
    }

    private static func settings(_ request: APIRequest, in store: inout Store) -> APIResponse {
        var settings = store.release.settings
        if settings["flags"] != nil { settings["flags"] = .object(store.flags.mapValues { .bool($0) }) }
        return .ok(.object(settings))
    }

    /// Changes the flags, and nothing else of the settings: flags that a request does not name are unset.
    private static func changeSettings(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let body = try request.json()
        guard store.release.hasDefaultAccessFlag, body.object?.keys.allSatisfy({ $0 == "flags" }) == true else {
            throw .notInSandbox("changing settings other than the flags")
        }
        var fields = try Validator(body, partial: true)
        var flags = JSONValue.object([:])
        fields.dictionary("flags", into: &flags)
        for (name, value) in flags.object ?? [:] where value.bool == nil {
            fields.fail("flags", "Value for flag \(name) needs to be of type bool.")
        }
        try fields.finish()
        store.flags = (flags.object ?? [:]).compactMapValues(\.bool)
        return settings(request, in: &store)
    }
}
