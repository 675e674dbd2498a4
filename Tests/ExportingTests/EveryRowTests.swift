import Applying
import AuthentikAPI
import AuthentikSandbox
import DesiredState
import Exporting
import JSON
import Kinds
import Planning
import SecretSources
import Secrets
import TestSupport
import Testing

/// Every row of every table on its whole way: file, plan, write, drift, three-way, export.
///
/// A row that any part of the program forgets fails here by itself, as soon as it is in its table. One case after the
/// other: all at once they leave no thread to the tests beside them that wait for something.
@Suite(.serialized, .timeLimit(.minutes(60))) struct EveryRowTests {
    /// Each row on the oldest and on the newest release; on those between, the rows take turns.
    private static let rowsAndReleases = TableRow.all.enumerated().flatMap { index, row in
        let releases = Sandbox.Release.allCases
        let between = releases.dropFirst().dropLast()
        let some = [releases[0], between[between.startIndex + index % between.count], releases[releases.count - 1]]
        return some.map { (row, $0) }
    }

    @Test(arguments: rowsAndReleases)
    func `a field is set, corrected, dropped and exported`(_ row: TableRow, _ release: Sandbox.Release) async throws {
        var configuration = Sandbox.Configuration(release: release, token: "sandbox-token")
        configuration.state = .withTwoKeys(release, token: "sandbox-token")
        try await withWorkshop(configuration) { workshop in
            var journey = RowJourney(workshop: workshop, row: row)
            try await journey.begin()
            guard row.field.exists(in: try #require(Release(release.version))) else {
                return try await journey.expectNotManaged()
            }
            try #require(try await journey.isKept())
            try await journey.set()
            try await journey.drift()
            try await journey.drop()
            try await journey.export()
        }
    }

    /// An early candidate of 2026.5 has none of them.
    @Test(arguments: TableRow.all.filter(\.field.mayBeUnknown))
    func `a field that the server lacks although its release has it is said`(_ row: TableRow) async throws {
        try await withWorkshop(.init(release: .earlyMay2026, token: "sandbox-token")) { workshop in
            var journey = RowJourney(workshop: workshop, row: row)
            try await journey.begin()
            guard try await !journey.isKept() else { return }
            try await journey.expectUnkept()
        }
    }

    @Test(arguments: TableRow.all) func `defaults hold what services may share`(_ row: TableRow) throws {
        let field = row.field
        let named = [FieldValue.Reference(pk: "row-sample-1"), .init(pk: "row-sample-2")]
        let objects = Dictionary(uniqueKeysWithValues: Referent.allCases.map { ($0, named) })
        let value = try SampleValues(field, besides: .none, objects: objects).declared
        let declared = field.name.yaml(value)
        let isNested = row.isOfProxy && field.isDefaultable
        let text = RowJourney.file(
            of: row,
            without: field.name,
            defaults: isNested ? "forwardAuth: {\(RowJourney.mode(for: field)), \(declared)}" : declared
        )
        let result = DesiredStateLoader.load(sources: [.init(path: "rows.yaml", bytes: Array(text.utf8))])
        if field.isDefaultable {
            let service = try #require(result.state?.services.first, "\(result.diagnostics)")
            #expect(service.declares(value, in: row))
        } else {
            #expect(
                result.diagnostics.contains { $0.message == "defaults: \(field.name.rawValue) cannot have a default" }
            )
        }
    }
}

/// One row, and a service in a sandbox that it is a field of.
struct RowJourney {
    static let owner = "rows"
    static let slug = "sample"
    static let redirectURI = "https://sample.example.net/callback"

    let workshop: Workshop
    let row: TableRow
    /// What the service has to begin with.
    private var original = FieldValue.none
    private var samples: SampleValues?
    /// The scope mappings that each proxy provider has.
    private var ownScopes: [FieldValue.Reference] = []

    init(workshop: Workshop, row: TableRow) {
        self.workshop = workshop
        self.row = row
    }

    private var field: FieldSpec { row.field }

    // MARK: - Stations

    /// Makes the service by a file that says the least.
    mutating func begin() async throws {
        if case .references(.provider) = field.kind { try await makeProviders() }
        workshop.sandbox.change { state in
            for name in ["row-sample-1", "row-sample-2"] { state.addSource(name: name, slug: name) }
        }
        try await run(plain)
        let (observed, _, _) = try await observe()
        ownScopes = observed.scopeMappings.filter { ProxyProvider.ownScopes.contains($0.managed ?? "") }
            .map { .init(pk: .string($0.pk), name: $0.scopeName) }
        original = try await held()
        let prefix = "goauthentik.io/providers/oauth2/scope-"
        samples = try SampleValues(
            field,
            besides: original,
            objects: [
                .flow: observed.flows.map { .init(pk: .string($0.pk), name: $0.slug) },
                .certificate: observed.keys.map { .init(pk: .string($0.pk), name: $0.name) },
                .scopeMapping: observed.scopeMappings.filter { mapping in
                    // Of a proxy provider those beside the ones that each has.
                    row.isOfProxy
                        ? !ownScopes.contains { $0.pk == .string(mapping.pk) }
                        : mapping.managed == prefix + mapping.scopeName
                }.map { .init(pk: .string($0.pk), name: $0.scopeName) },
                .provider: observed.providers.compactMap { provider in
                    provider.applicationSlug.flatMap { slug in
                        slug == Self.slug ? nil : .init(pk: .integer(provider.pk), name: slug)
                    }
                },
                .source: observed.sources.map { .init(pk: .string($0.pk), name: $0.slug) },
            ]
        )
    }

    /// Two that the service's can take tokens of.
    private func makeProviders() async throws {
        for name in ["row-sample-1", "row-sample-2"] {
            let provider = try await workshop.admin.makeProvider(name)["pk"] ?? .null
            let application: JSONValue = ["name": .string(name), "slug": .string(name), "provider": provider]
            try await workshop.admin.send("POST", "core/applications/", application)
        }
    }

    /// Whether the server knows the field, as far as its answers tell.
    func isKept() async throws -> Bool {
        let held = try await held()
        return !(field.mayBeUnknown && held.isNone)
    }

    /// What a release does not take is said, and not sent.
    func expectNotManaged() async throws {
        // Where there is no such field, another one says the same.
        guard field.name != Application.Row.hidden.name else { return }
        workshop.sandbox.resetRequests()
        let plan = try await plan(declaring)
        #expect(plan.notes.contains { $0.hasPrefix("\(field.name.rawValue) is not managed") }, "\(plan.notes)")
        #expect(plan.changes.isEmpty)
        try await run(declaring)
        #expect(workshop.sandbox.requests.filter(\.isWrite).isEmpty)
    }

    /// What a server ignores although its release should take it is said in every pass, and sent once at most.
    func expectUnkept() async throws {
        for number in 1...2 {
            workshop.sandbox.resetRequests()
            let report = try await pass(declaring).run()
            #expect(report.outcomes.first?.failure?.message.contains(field.fileName) == true)
            #expect(number == 1 || workshop.sandbox.requests.filter(\.isWrite).isEmpty)
        }
    }

    /// The file gets the field.
    func set() async throws {
        try await expectChange(declaring, to: declared)
        try await run(declaring)
        #expect(try await held().means(declared))
        try await expectNothing(declaring)
    }

    /// Somebody changes it.
    func drift() async throws {
        let drifted = try #require(samples?.drifted)
        try await change(to: drifted)
        try #require(try await held().means(drifted))
        try await expectChange(declaring, to: declared)
        try await run(declaring)
        #expect(try await held().means(declared))
        try await expectNothing(declaring)
    }

    /// The file loses it: it is as it was, and nobody's from then on, unless this program has a default of its own.
    func drop() async throws {
        try await expectChange(plain, to: original)
        try await run(plain)
        #expect(try await held().means(original))
        try await expectNothing(plain)
        guard field.isOptional else { return }
        try await change(to: declared)
        try await expectNothing(plain)
        try await change(to: original)
    }

    /// What is exported says the field, and plans to nothing: with its mark, and without.
    func export() async throws {
        try await run(declaring)
        try await expectRoundTrip(.marked(owner: Self.owner), .inSync)
        for mark in try await workshop.admin.list("core/application_entitlements/") {
            try await workshop.admin.send("DELETE", "core/application_entitlements/\(mark["pbm_uuid"]?.string ?? "")/")
        }
        try await expectRoundTrip(.all(owner: Self.owner), .adopt)
    }

    // MARK: - Steps

    private func expectRoundTrip(_ scope: Export.Scope, _ decision: Decision) async throws {
        let text = try await workshop.export(scope).text
        let service = try #require(try load(text).services.first { $0.slug == Self.slug }, "\(text)")
        #expect(service.declares(declared, in: row), "\(text)")
        let plan = try await plan(text)
        #expect(plan.changes.isEmpty, "\(plan.changes)\n\(text)")
        #expect(plan.decision == decision, "\(plan.reason)")
    }

    /// A plan shows the field, and nothing else.
    private func expectChange(_ file: String, to value: FieldValue) async throws {
        let changes = try await plan(file).changes
        #expect(changes.map(\.field) == [sentAttribute])
        #expect(changes.map(\.object) == [row.isOfProvider ? .provider : .application])
        let after = try #require(changes.first?.after)
        #expect(after.means(sent(value)), "\(after.shown)")
    }

    private func expectNothing(_ file: String) async throws {
        let plan = try await plan(file)
        #expect(plan.changes.isEmpty, "\(plan.changes)")
        #expect(plan.steps.isEmpty && plan.decision == .inSync, "\(plan.reason)")
    }

    private func change(to value: FieldValue) async throws {
        let change: JSONValue = .object([sentAttribute: sent(value).json])
        guard row.isOfProvider else { return try await workshop.admin.changeApplication(Self.slug, change) }
        let provider = try #require(try await own().provider)
        guard let proxy = provider.proxy else {
            try await workshop.admin.send("PATCH", "providers/oauth2/\(provider.pk)/", change)
            return
        }
        let assignment = FieldAssignment(field: sentAttribute, value: sent(value))
        let fields = ProxyProvider.patch([assignment], holding: proxy.values).map { ($0.field, $0.value.json) }
        let patch = JSONValue.object(Dictionary(uniqueKeysWithValues: fields))
        try await workshop.admin.send("PATCH", "providers/proxy/\(provider.pk)/", patch)
    }

    /// The attribute that has the field in it.
    private var sentAttribute: String {
        field.isAttribute ? field.attribute : OAuth2Provider.Row.redirectURIs.attribute
    }

    /// What that attribute is with this value of the field.
    private func sent(_ value: FieldValue) -> FieldValue {
        if row.isOfProxy, field.name == ProxyProvider.Row.scopes.name {
            return .references(value.references + ownScopes)
        }
        if field.isAttribute { return value }
        let login = RedirectEntry(matchingMode: "strict", url: Self.redirectURI)
        return FieldValue.redirectURIs([login]).adding(logoutEntries: value.redirectEntries)
    }

    private func held() async throws -> FieldValue {
        let (application, provider) = try await own()
        guard row.isOfProvider else { return try #require(application)[field] }
        guard row.isOfProxy else { return try #require(provider)[field] }
        let value = try #require(provider?.proxy).values.held(field)
        guard case .references(let references) = value else { return value }
        return .references(references.filter { reference in !ownScopes.contains { $0.pk == reference.pk } })
    }

    private func own() async throws -> (application: Application?, provider: OAuth2Provider?) {
        let (observed, _, _) = try await observe()
        let application = observed.applications.first { $0.slug == Self.slug }
        return (application, observed.providers.first { $0.applicationSlug == Self.slug })
    }

    private func observe() async throws -> (
        observed: ObservedState, bindings: [PolicyBinding], entitlements: [ApplicationEntitlement]
    ) {
        try await Observer(client: workshop.client()).observeForExport()
    }

    private func plan(_ file: String) async throws -> ServicePlan {
        try #require(try await pass(file).plan().plan.services.first { $0.slug == Self.slug })
    }

    private func run(_ file: String) async throws {
        let report = try await pass(file).run()
        try #require(report.isConverged, "\(report.outcomes.compactMap(\.failure?.message))")
    }

    private func pass(_ file: String) async throws -> Pass {
        let desired = try load(file)
        var environment = Dictionary(uniqueKeysWithValues: SampleValues.secrets.map { ($0.variable, $0.value) })
        // The variable of an export, which has what the service has then.
        environment["SAMPLE_CLIENT_SECRET"] = declared.secret?.exposed ?? SampleValues.secrets[0].value
        let resolver = SecretResolver(environment: environment)
        return Pass(client: try workshop.client(), desired: desired) { await resolver.resolve(desired) }
    }

    private func load(_ text: String) throws -> DesiredState {
        let result = DesiredStateLoader.load(sources: [.init(path: "rows.yaml", bytes: Array(text.utf8))])
        return try #require(result.state, "\(result.diagnostics)\n\(text)")
    }

    // MARK: - Files

    private var declared: FieldValue { samples?.declared ?? .none }
    private var plain: String { Self.file(of: row) }
    private var declaring: String { Self.file(of: row, with: field.name, declared) }

    /// What a field of a proxy provider needs beside it.
    static func mode(for field: FieldSpec) -> String {
        let mode = ProxyProvider.Mode.only(with: field) ?? .single
        return mode == .proxy ? "mode: proxy, upstream: \"http://row.example.net\"" : "mode: \(mode.word)"
    }

    /// The least that an OIDC service takes, or one with forward-auth, and a field of it.
    static func file(
        of row: TableRow,
        with name: FieldName? = nil,
        _ value: FieldValue = .none,
        without left: FieldName? = nil,
        defaults: String? = nil
    ) -> String {
        var fields: [(name: FieldName, yaml: String)] = [
            (Application.Row.slug.name, "slug: \(slug)"),
            (OAuth2Provider.Row.redirectURIs.name, "redirectURIs: [\"\(redirectURI)\"]"),
            (OAuth2Provider.Row.clientSecret.name, "secretRef: {env: \(SampleValues.secrets[0].variable)}"),
        ]
        if row.isOfProxy {
            let isNested = row.field.name != ProxyProvider.Row.name.name
            let nested = isNested ? name.map { ", \($0.yaml(value))" } ?? "" : ""
            let isLeft = left == nil || !isNested
            fields = [(Application.Row.slug.name, "slug: \(slug)"), ("host", "host: sample.example.net")]
            if isLeft { fields.append(("forwardAuth", "forwardAuth: {\(mode(for: row.field))\(nested)}")) }
            if let name, !isNested { fields.append((name, name.yaml(value))) }
        } else {
            fields.removeAll { $0.name == name || $0.name == left }
            if let name { fields.append((name, name.yaml(value))) }
        }
        let service = fields.map(\.yaml).joined(separator: "\n    ")
        return "apiVersion: reconcile/v1\nowner: \(owner)\n" + (defaults.map { "defaults:\n  \($0)\n" } ?? "")
            + "services:\n  - \(service)\n"
    }
}

extension Service {
    /// Whether the file gives a field this value.
    fileprivate func declares(_ value: FieldValue, in row: TableRow) -> Bool {
        guard row.isOfProvider else { return value.isDeclared(as: values[row.field]) }
        if row.isOfProxy { return value.isDeclared(as: forwardAuth?.values[row.field]) }
        if row.field.isSecret { return provider?.secret != nil }
        return value.isDeclared(as: provider?.values[row.field])
    }
}

extension FieldName {
    /// As a file gives it a value.
    fileprivate func yaml(_ value: FieldValue) -> String {
        let parts = rawValue.split(separator: ".", maxSplits: 1)
        return parts.count == 2 ? "\(parts[0]): {\(parts[1]): \(value.yaml)}" : "\(rawValue): \(value.yaml)"
    }
}
