import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds
import Secrets

/// Translates between the file's name of an Authentik object and its UUID.
///
/// A class, since every phase of planning uses it.
final class NameIndex: Sendable {
    let release: Release
    private let flowsBySlug: [String: Flow]
    private let keysByName: [ExactText: [CertificateKeyPair]]
    private let scopesByManaged: [ExactText: PlannedScopeMapping]
    private let scopesByScopeName: [ExactText: [PlannedScopeMapping]]
    private let scopesByName: [ExactText: PlannedScopeMapping]
    private let scopesByPK: [String: ScopeMapping]
    private let keysByPK: [String: CertificateKeyPair]
    let outposts: [Outpost]
    private let namesByPK: [String: String]
    private let federation: Lazy<FederatedNames>

    /// - Parameters:
    ///   - scopeMappings: as they are once the plan is carried out; nil to use the observed ones.
    ///   - services: the declared services, whose providers may not exist yet.
    init(_ observed: ObservedState, scopeMappings: [PlannedScopeMapping]? = nil, services: [Service] = []) {
        federation = Lazy { FederatedNames(observed, services) }
        let scopes = scopeMappings ?? observed.scopeMappings.map { PlannedScopeMapping(mapping: $0) }
        release = observed.release
        flowsBySlug = Dictionary(observed.flows.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        keysByName = Dictionary(grouping: observed.keys, by: \.name.exact)
        scopesByManaged = Dictionary(
            scopes.compactMap { scope in scope.mapping.managed.map { ($0.exact, scope) } },
            uniquingKeysWith: { first, _ in first }
        )
        scopesByScopeName = Dictionary(grouping: scopes, by: \.mapping.scopeName.exact)
        scopesByName = Dictionary(
            scopes.map { ($0.mapping.name.exact, $0) },
            uniquingKeysWith: { first, other in other.shared == nil ? first : other }
        )
        scopesByPK = Dictionary(
            scopes.filter { !$0.isNew }.map { ($0.mapping.pk, $0.mapping) },
            uniquingKeysWith: { first, _ in first }
        )
        outposts = observed.outposts
        keysByPK = Dictionary(observed.keys.map { ($0.pk, $0) }, uniquingKeysWith: { first, _ in first })
        namesByPK = Dictionary(
            observed.flows.map { ($0.pk, $0.slug) } + observed.keys.map { ($0.pk, $0.name) }
                + scopes.filter { !$0.isNew }.map { ($0.mapping.pk, $0.mapping.scopeName) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// A name to show; the UUID itself if nothing is known about it.
    func reference(_ pk: String) -> FieldValue.Reference {
        .init(pk: .string(pk), name: namesByPK[pk] ?? pk, algorithm: keysByPK[pk].flatMap(algorithm))
    }

    /// A value from Authentik, with names to show.
    func named(_ value: FieldValue) -> FieldValue {
        func named(_ reference: FieldValue.Reference) -> FieldValue.Reference? {
            federation.value.named(reference) ?? reference.pk.string.map(self.reference)
        }
        return switch value {
        case .reference(let reference): reference.pk.string.map { .reference(self.reference($0)) } ?? value
        case .references(let references):
            .references(references.map { named($0) ?? $0 })
        default: value
        }
    }

    /// The observed scope mapping.
    func scopeMapping(_ reference: FieldValue.Reference) -> ScopeMapping? {
        guard let pk = reference.pk.string else {
            return reference.shared.flatMap { scopesByName[$0.name.exact]?.mapping }
        }
        return scopesByPK[pk]
    }

    /// The observed certificate-key pair.
    func key(_ reference: FieldValue.Reference) -> CertificateKeyPair? {
        reference.pk.string.flatMap { keysByPK[$0] }
    }

    private func algorithm(_ key: CertificateKeyPair) -> SigningAlgorithm? {
        SigningAlgorithm(keyType: key.keyType, release)
    }

    /// Looks up everything that a declared provider names.
    ///
    /// - Throws: ``LookUpError`` for the names that are unknown or ambiguous.
    ///
    /// - Parameter defaults: What the program's own defaults mean, as far as that was looked up for other services.
    func resolve(
        _ login: Login,
        secret: Secret?,
        _ defaults: inout ResolvedDefaults
    ) throws(LookUpError) -> ResolvedProvider {
        do throws(LookUpError) {
            return try lookUp(login, secret: secret, &defaults)
        } catch {
            throw LookUpError(joining: mistakes(in: login) + outpostMistakes(in: login)) ?? error
        }
    }

    /// - Throws: ``LookUpError`` for the first name that is unknown or ambiguous.
    private func lookUp(
        _ login: Login,
        secret: Secret?,
        _ defaults: inout ResolvedDefaults
    ) throws(LookUpError) -> ResolvedProvider {
        let declared = login.values
        var values = declared
        for field in login.kind.fields.rows {
            if let value = declared[field] {
                values[field] = try resolved(value, field, login)
            } else if let known = defaults[field, login] {
                values[field] = known
            } else if let value = field.managedDefault(slug: login.slug) {
                let value = try resolved(value, field, login)
                values[field] = value
                defaults[field, login] = value
            }
        }
        guard case .forwardAuth(let forwardAuth) = login else {
            return ResolvedProvider(login, secret: secret, values: values)
        }
        let scopes = values[ProxyProvider.Row.scopes]?.references ?? []
        let others = ownScopes.filter { own in !scopes.contains { $0.pk == own.pk } }
        values[ProxyProvider.Row.scopes] = .references(scopes + others)
        var resolved = ResolvedProvider(login, secret: nil, values: values)
        resolved.outpost = try outpost(of: forwardAuth)
        return resolved
    }

    private func outpost(of forwardAuth: ForwardAuth) throws(LookUpError) -> Outpost {
        do throws(LookUpError) {
            return try outposts.named(forwardAuth.outpost)
        } catch {
            throw error.located(at: forwardAuth.places["outpost", forwardAuth.outpost])
        }
    }

    /// What is wrong with the outpost of a login: nothing, or one error.
    private func outpostMistakes(in login: Login) -> [LookUpError] {
        guard case .forwardAuth(let forwardAuth) = login else { return [] }
        do throws(LookUpError) {
            _ = try outpost(of: forwardAuth)
            return []
        } catch {
            return [error]
        }
    }

    /// A value of a field, with what it names looked up.
    private func resolved(
        _ value: FieldValue,
        _ field: FieldSpec,
        _ login: Login
    ) throws(LookUpError) -> FieldValue? {
        switch (field.kind, value) {
        case (.reference(let referent), .reference(let reference)):
            return .reference(try object(referent, reference, for: field, of: login))
        case (.references(let referent), .references(let references)):
            var objects: [FieldValue.Reference] = []
            for reference in references {
                objects.append(try object(referent, reference, for: field, of: login))
            }
            let value = FieldValue.references(objects)
            return objects.contains(where: \.isByOwnName) ? distinguished(.references([]), value).after : value
        default: return field.value(value, in: release)
        }
    }

    /// What is wrong with the names in a login's fields, one error for each name.
    func mistakes(in login: Login) -> [LookUpError] {
        var mistakes: [LookUpError] = []
        for field in login.kind.fields.rows {
            let names: [FieldValue.Reference]
            let kind: Referent
            switch (field.kind, login.value(of: field)) {
            case (.reference(let referent), .reference(let reference)?): (kind, names) = (referent, [reference])
            case (.references(let referent), .references(let references)?): (kind, names) = (referent, references)
            default: continue
            }
            for reference in names {
                do throws(LookUpError) {
                    _ = try object(kind, reference, for: field, of: login)
                } catch {
                    mistakes.append(error)
                }
            }
        }
        return mistakes
    }

    /// The scopes that Authentik gives each proxy provider, whatever is sent, if it has them.
    var ownScopes: [FieldValue.Reference] {
        ProxyProvider.ownScopes.sorted().compactMap { scopesByManaged[$0.exact]?.mapping }
            .map { .init(pk: .string($0.pk), name: $0.scopeName) }
    }

    /// The names by which a client requests declared scopes; several mappings of one name are requested together.
    func scopeNames(_ scopes: [FieldValue.Reference]) -> [String] {
        var seen: Set<ExactText> = []
        return scopes.map { scope in
            let known = scope.isByOwnName ? scopesByName[scope.name.exact] : scopesByManaged[scope.name.exact]
            return known?.mapping.scopeName ?? scope.name
        }.filter { seen.insert($0.exact).inserted }
    }

    /// The object that a field of a declared login names.
    private func object(
        _ referent: Referent,
        _ declared: FieldValue.Reference,
        for field: FieldSpec,
        of login: Login
    ) throws(LookUpError) -> FieldValue.Reference {
        do throws(LookUpError) {
            return try object(referent, declared, for: field)
        } catch {
            throw error.located(at: login.places[field.name, declared.name])
        }
    }

    private func object(
        _ referent: Referent,
        _ declared: FieldValue.Reference,
        for field: FieldSpec
    ) throws(LookUpError) -> FieldValue.Reference {
        let name = declared.name
        return switch referent {
        case .flow: try flow(name, for: field.name.rawValue)
        case .certificate: try key(name, for: field.name.rawValue)
        case .provider: try federation.value.provider(name, for: field.name.rawValue)
        case .source: try federation.value.source(name, for: field.name.rawValue)
        case .scopeMapping where declared.isByOwnName: try mapping(name, for: field.name.rawValue)
        case .scopeMapping: try scope(name, for: field.name.rawValue)
        }
    }

    /// The observed outpost.
    func outpost(pk: String) -> Outpost? { outposts.first { $0.pk == pk } }

    /// The outposts that serve a provider.
    func outposts(serving provider: Int) -> [Outpost] { outposts.filter { $0.providers.contains(provider) } }

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

    /// Looks among Authentik's own mappings first, then by scope name, which is not unique, then by any `managed` name.
    private func scope(_ name: String, for field: String) throws(LookUpError) -> FieldValue.Reference {
        let own = scopesByManaged["goauthentik.io/providers/oauth2/scope-\(name)".exact]
        if let scope = own ?? scopesByManaged[name.exact] { return scope.reference(name) }
        let mappings = scopesByScopeName[name.exact] ?? []
        guard let mapping = mappings.first else {
            throw LookUpError(
                "\(field): Authentik has no scope mapping '\(name)'",
                meant: name,
                among: (Array(scopesByScopeName.keys) + scopesByManaged.keys).map(\.text),
                listing: scopesByScopeName.keys.map(\.text)
            )
        }
        guard mappings.count == 1 else {
            let names = mappings.map(\.mapping.name).sorted()
            let list = names.map { "'\($0)'" }.joined(separator: ", ")
            var error = LookUpError("\(field): '\(name)' is the scope name of \(mappings.count) mappings: \(list)")
            error.hint = "choose one, as in '{mapping: \(names[0])}'"
            throw error
        }
        return mapping.reference(name)
    }

    /// Looks by the mapping's own name.
    private func mapping(_ name: String, for field: String) throws(LookUpError) -> FieldValue.Reference {
        guard let scope = scopesByName[name.exact] else {
            throw LookUpError(
                "\(field): neither the file nor Authentik has a scope mapping named '\(name)'",
                meant: name,
                among: scopesByName.keys.map(\.text)
            )
        }
        if let conflict = scope.conflict {
            throw LookUpError("\(field): the scope mapping '\(name)' cannot be had: \(conflict)")
        }
        var reference = scope.reference(scope.mapping.scopeName)
        reference.isByOwnName = true
        return reference
    }

    /// Whether several mappings share a scope name.
    func isShared(_ scopeName: String) -> Bool { (scopesByScopeName[scopeName.exact]?.count ?? 0) > 1 }
}

/// What the program's own defaults mean, which are the same for all services that do not say otherwise.
///
/// They are looked up once, and ten thousand providers share them.
struct ResolvedDefaults {
    private var ofOAuth2 = FieldValues(OAuth2Provider.fields)
    private var ofProxies = FieldValues(ProxyProvider.fields)

    /// Of a field of a login's kind; only fields that name objects are kept: others may be made of a service's slug.
    subscript(field: FieldSpec, login: Login) -> FieldValue? {
        get { if case .oauth2 = login { ofOAuth2[field] } else { ofProxies[field] } }
        set {
            switch (field.kind, login) {
            case (.reference, .oauth2), (.references, .oauth2): ofOAuth2[field] = newValue
            case (.reference, .forwardAuth), (.references, .forwardAuth): ofProxies[field] = newValue
            default: break
            }
        }
    }
}
