import AuthentikAPI
import Base
package import DesiredState
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
    /// - Throws: ``LookUpError`` for the first name that is unknown or ambiguous.
    ///
    /// - Parameter defaults: What the program's own defaults mean, as far as that was looked up for other services.
    func resolve(
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
        do throws(LookUpError) {
            resolved.outpost = try outposts.named(forwardAuth.outpost)
        } catch {
            throw error.located(at: forwardAuth.places["outpost", forwardAuth.outpost])
        }
        return resolved
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

    /// All errors of which ``resolve(_:secret:_:)`` would throw the first.
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
    private func isShared(_ scopeName: String) -> Bool { (scopesByScopeName[scopeName.exact]?.count ?? 0) > 1 }
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

/// A name in the file that Authentik does not know, or that is ambiguous there.
struct LookUpError: Error, CustomStringConvertible {
    /// A clause.
    var message: String
    /// What to do, as a clause.
    var hint: String?
    /// The existing names, as a clause.
    var names: String?
    /// Where the file has the name; nil for a default of this program.
    var location: SourceLocation?
    /// Whether the error is expected to go away by itself.
    var isWaiting = false

    init(_ message: String, isWaiting: Bool = false) {
        self.message = message
        self.isWaiting = isWaiting
    }

    var description: String {
        message + (location.map { " (\($0))" } ?? "") + [hint, names].compactMap(\.self).map { "; \($0)" }.joined()
    }

    /// A name that does not exist.
    ///
    /// - Parameter listed: the names to show; all unless given.
    init(
        _ message: String,
        meant name: String,
        among names: some Sequence<String>,
        listing listed: [String]? = nil
    ) {
        self.message = message
        let all = names.sorted()
        hint = Suggestion.nearest(to: name, among: all).map { "did you mean '\($0)'?" }
        self.names = Self.list(listed ?? all)
    }

    /// The maximum number of names listed in a message.
    private static let longestList = 8

    /// The existing names, as shown to the user: `there are 'email', 'openid' and 3 more`.
    static func list(_ names: [String]) -> String {
        let names = Set(names).sorted()
        guard let only = names.first else { return "there are none" }
        if names.count == 1 { return "there is only '\(only)'" }
        // "and 1 more" would be as long as the name itself.
        let shown = names.count <= longestList + 1 ? names : Array(names.prefix(longestList))
        let quoted = shown.map { "'\($0)'" }
        if shown.count < names.count {
            return "there are \(quoted.joined(separator: ", ")) and \(names.count - shown.count) more"
        }
        return "there are \(quoted.dropLast().joined(separator: ", ")) and \(quoted[quoted.count - 1])"
    }

    /// Adds a place in the file, unless the error has one already.
    func located(at location: SourceLocation?) -> LookUpError {
        var error = self
        error.location = self.location ?? location
        return error
    }
}

extension NameIndex {
    /// The scope mappings of a provider before and after a change, under distinguishable names.
    ///
    /// The scope name is enough if only one of them has it. If several have it, each is followed by its own name, as is
    /// a mapping that the file chose among several of Authentik's.
    func distinguished(_ before: FieldValue, _ after: FieldValue) -> (before: FieldValue, after: FieldValue) {
        guard case .references(let old) = before, case .references(let new) = after else { return (before, after) }
        let shared = Set(scopeGroups(old, new).filter { $0.value.count > 1 }.keys)
        let chosen = Set(new.filter(\.isByOwnName).compactMap(scopeMapping).map(\.scopeName).filter(isShared))
        func named(_ references: [FieldValue.Reference]) -> FieldValue {
            .references(
                references.map { reference in
                    guard let mapping = scopeMapping(reference) else { return reference }
                    let isTold = shared.contains(mapping.scopeName) || chosen.contains(mapping.scopeName)
                    var told = reference
                    told.name = isTold ? "\(mapping.scopeName) (\(mapping.name))" : mapping.scopeName
                    return told
                }
            )
        }
        return (named(old), named(new))
    }

    /// The effects of using another mapping for a scope name, a clause for each.
    func swaps(in change: FieldChange) -> [String] {
        guard case .references(let old)? = change.before, case .references(let new) = change.after else { return [] }
        let (before, after) = (identities(old), identities(new))
        return scopeGroups(old, new).sorted { $0.key < $1.key }.compactMap { scope, mappings in
            guard mappings.count > 1 else { return nil }
            let removed = mappings.filter { !after.contains($0.identity) }
            let added = mappings.filter { !before.contains($0.identity) }
            return swap(of: scope, removed, added)
        }
    }

    private func swap(of scope: String, _ removed: [ScopeMapping], _ added: [ScopeMapping]) -> String? {
        func list(_ mappings: [ScopeMapping]) -> String { mappings.map { "'\($0.name)'" }.joined(separator: ", ") }
        if removed.isEmpty, added.isEmpty { return nil }
        var parts: [String] = []
        if !added.isEmpty { parts.append("its mapping \(list(added)) is added") }
        if !removed.isEmpty { parts.append("its mapping \(list(removed)) is removed") }
        var text = "the scope '\(scope)' may carry other claims after this change: \(parts.joined(separator: ", "))"
        if added.contains(where: \.isBuiltInEmail), release.leavesAddressesUnverified {
            text += "; since 2025.10 Authentik's own mapping says that addresses are not verified "
            text += "(email_verified: false)"
        }
        for mapping in removed {
            let managed = mapping.isBuiltIn ? mapping.managed : mapping.foreignName
            text += "; to keep '\(mapping.name)', write '\(managed ?? "{mapping: \(mapping.name)}")' in scopes"
        }
        return text
    }

    private func identities(_ references: [FieldValue.Reference]) -> Set<String> {
        Set(references.compactMap { scopeMapping($0)?.identity })
    }

    /// References grouped by scope name, without duplicates, ordered by name.
    private func scopeGroups(
        _ old: [FieldValue.Reference],
        _ new: [FieldValue.Reference]
    ) -> [String: [ScopeMapping]] {
        var seen: Set<String> = []
        let mappings = (old + new).compactMap(scopeMapping).filter { seen.insert($0.identity).inserted }
        return Dictionary(grouping: mappings.sorted { ($0.name, $0.pk) < ($1.name, $1.pk) }, by: \.scopeName)
    }
}

extension ScopeMapping {
    /// Its pk, or what distinguishes it from all others that are still to be created.
    fileprivate var identity: String { pk.isEmpty ? "new: \(name)" : pk }

    fileprivate var isBuiltInEmail: Bool { managed == "goauthentik.io/providers/oauth2/scope-email" }
}

/// A name in a file that Authentik does not know, or that is ambiguous there; it blocks the services that use it.
package struct NameMistake: Sendable, Equatable {
    /// A clause: `scopes: Authentik has no scope mapping 'emial'`.
    package var message: String
    /// What to do, as a clause.
    package var hint: String?
    /// The existing names, as a clause.
    package var names: String?
    /// The first place in the file; nil for a default of this program.
    package var location: SourceLocation?
    /// The services that use it, in the order of the file.
    package var slugs: [String]

    /// All mistakes, in the order of the services.
    ///
    /// - Parameter observed: only its flows, keys and scope mappings are used.
    package static func all(in desired: DesiredState, _ observed: ObservedState) -> [NameMistake] {
        let matching = ScopeMappingMatching(desired, observed)
        let names = NameIndex(observed, scopeMappings: matching.mappings, services: desired.services)
        var mistakes: [NameMistake] = []
        let access = observed.access.map { access in
            AccessIndex(access, groups: observed.groups, declaredGroups: desired.groups)
        }
        for service in desired.services where service.state == .present {
            let ofAccess = service.access?.subjects?.list.compactMap { access?.mistake($0) } ?? []
            for error in (service.login.map(names.mistakes) ?? []) + ofAccess {
                if let index = mistakes.firstIndex(where: { $0.message == error.message }) {
                    if mistakes[index].slugs.last != service.slug { mistakes[index].slugs.append(service.slug) }
                } else {
                    mistakes.append(NameMistake(error, slug: service.slug))
                }
            }
        }
        return mistakes
    }

    private init(_ error: LookUpError, slug: String) {
        (message, hint, names, location) = (error.message, error.hint, error.names, error.location)
        slugs = [slug]
    }
}
