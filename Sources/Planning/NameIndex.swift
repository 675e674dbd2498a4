import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds
import Secrets

/// Translates between what a file calls an object of Authentik's and its uuid.
struct NameIndex {
    let release: Release
    private let flowsBySlug: [String: Flow]
    private let keysByName: [ExactText: [CertificateKeyPair]]
    private let scopesByManaged: [ExactText: ScopeMapping]
    private let scopesByScopeName: [ExactText: [ScopeMapping]]
    private let scopesByPK: [String: ScopeMapping]
    private let keysByPK: [String: CertificateKeyPair]
    private let namesByPK: [String: String]

    init(_ observed: ObservedState) {
        release = observed.release
        flowsBySlug = Dictionary(observed.flows.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        keysByName = Dictionary(grouping: observed.keys, by: \.name.exact)
        scopesByManaged = Dictionary(
            observed.scopeMappings.compactMap { mapping in mapping.managed.map { ($0.exact, mapping) } },
            uniquingKeysWith: { first, _ in first }
        )
        scopesByScopeName = Dictionary(grouping: observed.scopeMappings, by: \.scopeName.exact)
        scopesByPK = Dictionary(observed.scopeMappings.map { ($0.pk, $0) }, uniquingKeysWith: { first, _ in first })
        keysByPK = Dictionary(observed.keys.map { ($0.pk, $0) }, uniquingKeysWith: { first, _ in first })
        namesByPK = Dictionary(
            observed.flows.map { ($0.pk, $0.slug) } + observed.keys.map { ($0.pk, $0.name) }
                + observed.scopeMappings.map { ($0.pk, $0.scopeName) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// A name for people; the uuid itself where nothing is known of it.
    func reference(_ pk: String) -> FieldValue.Reference {
        .init(pk: .string(pk), name: namesByPK[pk] ?? pk, algorithm: keysByPK[pk].flatMap(algorithm))
    }

    /// A value of Authentik's, with names for people.
    func named(_ value: FieldValue) -> FieldValue {
        switch value {
        case .reference(let reference): reference.pk.string.map { .reference(self.reference($0)) } ?? value
        case .references(let references):
            .references(references.map { reference in reference.pk.string.map(self.reference) ?? reference })
        default: value
        }
    }

    /// What is known of a scope mapping.
    func scopeMapping(_ reference: FieldValue.Reference) -> ScopeMapping? {
        reference.pk.string.flatMap { scopesByPK[$0] }
    }

    /// What is known of a key.
    func key(_ reference: FieldValue.Reference) -> CertificateKeyPair? {
        reference.pk.string.flatMap { keysByPK[$0] }
    }

    private func algorithm(_ key: CertificateKeyPair) -> SigningAlgorithm? {
        SigningAlgorithm(keyType: key.keyType, release)
    }

    /// Looks up everything that a declared provider names.
    ///
    /// - Throws: ``LookUpError`` for the first name that means nothing, or more than one thing.
    func resolve(_ provider: Provider, secret: Secret?) throws(LookUpError) -> ResolvedProvider {
        var values = provider.values
        for field in OAuth2Provider.fields.rows {
            guard let value = provider.value(of: field) else { continue }
            switch (field.kind, value) {
            case (.reference(let referent), .reference(let reference)):
                values[field] = .reference(try object(referent, reference.name, for: field))
            case (.references(let referent), .references(let references)):
                var objects: [FieldValue.Reference] = []
                for reference in references { objects.append(try object(referent, reference.name, for: field)) }
                values[field] = .references(objects)
            default: values[field] = value
            }
        }
        return ResolvedProvider(provider, secret: secret, values: values)
    }

    /// What ``resolve(_:secret:)`` would throw, for every name.
    func mistakes(in provider: Provider) -> [LookUpError] {
        var mistakes: [LookUpError] = []
        for field in OAuth2Provider.fields.rows {
            let names: [FieldValue.Reference]
            let kind: Referent
            switch (field.kind, provider.value(of: field)) {
            case (.reference(let referent), .reference(let reference)?): (kind, names) = (referent, [reference])
            case (.references(let referent), .references(let references)?): (kind, names) = (referent, references)
            default: continue
            }
            for reference in names {
                do throws(LookUpError) {
                    _ = try object(kind, reference.name, for: field)
                } catch {
                    mistakes.append(error)
                }
            }
        }
        return mistakes
    }

    /// The names by which a client asks for declared scopes.
    func scopeNames(_ scopes: [String]) -> [String] {
        scopes.map { scopesByManaged[$0.exact]?.scopeName ?? $0 }
    }

    /// The object of a name that a field has.
    private func object(
        _ referent: Referent,
        _ name: String,
        for field: FieldSpec
    ) throws(LookUpError) -> FieldValue.Reference {
        switch referent {
        case .flow: try flow(name, for: field.name.rawValue)
        case .certificate: try key(name, for: field.name.rawValue)
        case .scopeMapping: try scope(name, for: field.name.rawValue)
        }
    }

    private func flow(_ slug: String, for field: String) throws(LookUpError) -> FieldValue.Reference {
        guard let flow = flowsBySlug[slug] else {
            throw LookUpError("\(field): Authentik has no flow '\(slug)'", meant: slug, among: flowsBySlug.keys)
        }
        return .init(pk: .string(flow.pk), name: slug)
    }

    private func key(_ name: String, for field: String) throws(LookUpError) -> FieldValue.Reference {
        let keys = keysByName[name.exact] ?? []
        guard let key = keys.first else {
            throw LookUpError(
                "\(field): Authentik has no certificate with a private key named '\(name)'",
                meant: name,
                among: keysByName.keys.map(\.text)
            )
        }
        guard keys.count == 1 else {
            throw LookUpError("\(field): Authentik has \(keys.count) certificates named '\(name)'")
        }
        return .init(pk: .string(key.pk), name: name, algorithm: algorithm(key))
    }

    /// By what Authentik brings itself, then by scope name, which is not unique, then by any `managed` name.
    private func scope(_ name: String, for field: String) throws(LookUpError) -> FieldValue.Reference {
        let own = scopesByManaged["goauthentik.io/providers/oauth2/scope-\(name)".exact]
        if let mapping = own ?? scopesByManaged[name.exact] { return .init(pk: .string(mapping.pk), name: name) }
        let mappings = scopesByScopeName[name.exact] ?? []
        guard let mapping = mappings.first else {
            throw LookUpError(
                "\(field): Authentik has no scope mapping '\(name)'",
                meant: name,
                among: (Array(scopesByScopeName.keys) + scopesByManaged.keys).map(\.text)
            )
        }
        guard mappings.count == 1 else {
            let names = mappings.map { "'\($0.name)'" }.sorted().joined(separator: ", ")
            throw LookUpError("\(field): '\(name)' is the scope name of \(mappings.count) mappings: \(names)")
        }
        return .init(pk: .string(mapping.pk), name: name)
    }
}

/// A name in the file that Authentik does not know, or knows twice.
struct LookUpError: Error, CustomStringConvertible {
    /// A clause.
    var message: String
    /// What to do: a clause.
    var hint: String?
    /// Whether it is about to mend itself.
    var isWaiting = false

    init(_ message: String, isWaiting: Bool = false) {
        self.message = message
        self.isWaiting = isWaiting
    }

    var description: String { message + (hint.map { "; \($0)" } ?? "") }

    /// A name that is not there.
    init(_ message: String, meant name: String, among names: some Sequence<String>) {
        self.message = message
        hint = Suggestion.nearest(to: name, among: names.sorted()).map { "did you mean '\($0)'?" }
    }
}
