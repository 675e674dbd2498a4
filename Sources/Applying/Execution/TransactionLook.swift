import AuthentikAPI
import JSON
import Kinds
import Planning

/// A transaction, which returns no pks: an application, its provider and its bindings, all or none.
struct SentTransaction: Sendable {
    let application: SentFields
    let provider: SentFields
    /// The kind of the provider.
    let kind: Kind
    /// Without their target.
    let bindings: [SentFields]
    /// Whether its objects were found by a look-up, so that they may be somebody else's.
    let isFound: Bool

    /// Nil for any other effect.
    init?(_ effect: Effect, _ context: StepContext) {
        guard effect.isTransaction, case .create(let objects) = effect else { return nil }
        func fields(_ kind: Kind) -> SentFields {
            objects.first { $0.kind == kind }?.sent(context) ?? SentFields()
        }
        isFound = context.isFound
        application = fields(.application)
        kind = objects.contains { $0.kind == .proxyProvider } ? .proxyProvider : .oauth2Provider
        provider = fields(kind)
        bindings = objects.filter { $0.kind == .policyBinding }.map { $0.sent(context) }
    }

    var slug: String { application.text("slug") }
    var providerName: String { provider.text("name") }

    /// - Returns: whether the application was found by a look-up because no clear answer came.
    func send(_ client: AuthentikClient) async throws -> Bool {
        try await client.createApplicationAndProvider(
            application: application.body,
            provider: provider.body,
            model: kind == .proxyProvider ? ProxyProvider.model : OAuth2Provider.model,
            bindings: bindings.map(\.body),
            slug: slug
        ) != nil
    }
}

/// The objects observed after the transactions of a pass.
///
/// It takes one list of applications and, at the same time, one of providers; and one of bindings if any were created. What
/// a single transaction created is read by itself instead, however many services there are.
struct TransactionLook: Sendable {
    private var applications: [String: Application] = [:]
    /// By the provider's pk: compares it with what was sent, and returns the fields that differ.
    private var providers: [Int: @Sendable (SentFields) -> [UnkeptField]] = [:]
    /// By the pk of what they are bound to; nil if they were not or could not be read.
    private var bindings: [String: [PolicyBinding]]?
    /// Whether bindings were created, and are read by what they are bound to.
    private var readsBindingsByTarget = false
    /// Why the providers cannot be compared; nil if they can.
    private var complaint: ServiceFailure?

    /// - Parameters:
    ///   - providers: the names of the created providers, by kind.
    ///   - withBindings: whether bindings were created.
    init(client: AuthentikClient, providers names: [Kind: [String]], withBindings: Bool) async {
        let isSingle = names.values.map(\.count).reduce(0, +) == 1
        async let listed = isSingle ? [] : client.listedApplications().rows
        async let oauth2 = Self.providers(names[.oauth2Provider] ?? [], client)
        async let proxies = Self.proxyProviders(names[.proxyProvider] ?? [], client)
        async let bindings = withBindings && !isSingle ? client.policyBindings() : []
        // What the list does not show, because it failed or the account may not open it, is read by slug.
        let rows = (try? await listed) ?? []
        applications = Dictionary(rows.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        do {
            for provider in try await oauth2 { providers[provider.pk] = { provider.unkept(of: $0) } }
            for provider in try await proxies { providers[provider.pk] = { provider.unkept(of: $0) } }
        } catch {
            complaint = ServiceFailure("what Authentik kept of its provider could not be read: \(error)")
        }
        readsBindingsByTarget = withBindings && isSingle
        do {
            let rows = try await bindings
            if withBindings, !isSingle { self.bindings = Dictionary(grouping: rows, by: \.target) }
        } catch {
            complaint = complaint ?? ServiceFailure("who may open it could not be read: \(error)")
        }
    }

    private static func providers(_ names: [String], _ client: AuthentikClient) async throws -> [OAuth2Provider] {
        if names.isEmpty { return [] }
        guard let only = names.first, names.count == 1 else { return try await client.providers() }
        return try await client.provider(named: only).map { [$0] } ?? []
    }

    private static func proxyProviders(_ names: [String], _ client: AuthentikClient) async throws -> [ProxyProvider] {
        if names.isEmpty { return [] }
        guard let only = names.first, names.count == 1 else { return try await client.proxyProviders() }
        return try await client.proxyProvider(named: only).map { [$0] } ?? []
    }

    /// The result of a transaction; nil if its objects are not visible here: a list may miss a row if it changes while it is
    /// read.
    func result(of transaction: SentTransaction, _ release: Release) -> StepResult? {
        guard let application = applications[transaction.slug] else { return nil }
        if complaint == nil, let provider = application.provider, providers[provider] == nil { return nil }
        return result(of: transaction, application, release)
    }

    /// Reads the bindings of an application, unless all were read.
    mutating func lookForBindings(of application: String, _ client: AuthentikClient) async throws {
        guard readsBindingsByTarget, complaint == nil else { return }
        let rows = try await client.policyBindings(of: application)
        bindings = [application: rows]
    }

    /// Looks for the provider of an application that the list did not show.
    mutating func look(for pk: Int, of kind: Kind, _ client: AuthentikClient) async throws {
        guard complaint == nil, providers[pk] == nil else { return }
        if kind == .proxyProvider {
            if let provider = try await client.proxyProvider(pk: pk) { providers[pk] = { provider.unkept(of: $0) } }
        } else if let provider = try await client.provider(pk: pk) {
            providers[pk] = { provider.unkept(of: $0) }
        }
    }

    /// The objects that a transaction created, and what Authentik kept of them.
    func result(of transaction: SentTransaction, _ application: Application, _ release: Release) -> StepResult {
        var result = StepResult()
        result.output.pks[.application] = .string(application.pk)
        result.output.pks[.oauth2Provider] = application.provider.map(JSONValue.integer)
        var unkept = application.unkept(of: transaction.application)
        if let provider = application.provider.flatMap({ providers[$0] }) {
            unkept += provider(transaction.provider)
        } else if complaint == nil {
            result.failure = .outdated("its provider was deleted before it could be marked")
            return result
        }
        if let bindings {
            unkept += result.output.take(bindings[application.pk] ?? [], madeOf: transaction.bindings)
        }
        if transaction.isFound, !unkept.isEmpty {
            result.failure = .madeByOthers
            return result
        }
        result.unkept = unkept
        result.doubt = complaint
        return result
    }
}

extension StepOutput {
    /// Records the bindings of an application that a transaction created.
    ///
    /// - Returns: the sent bindings that differ from what was sent, or are missing.
    fileprivate mutating func take(_ bindings: [PolicyBinding], madeOf sent: [SentFields]) -> [UnkeptField] {
        sent.flatMap { fields -> [UnkeptField] in
            let binding = bindings.first { fields.references[$0.subject.kind.rawValue] == $0.subject.reference }
            guard let binding else {
                return fields.references.keys.sorted().map { field in
                    let assignment = FieldAssignment(field: field, value: .flag(true))
                    return UnkeptField(kind: .policyBinding, assignment: assignment, kept: nil)
                }
            }
            self.bindings[binding.subject] = binding.pk
            return binding.unkept(of: fields)
        }
    }
}
