import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds
import Planning

/// The file's names of the objects that Authentik identifies by UUID.
struct ObjectNames {
    private let flows: [String: String]
    private let keys: [String: String]
    private let keyCounts: [ExactText: Int]
    private let algorithms: [String: SigningAlgorithm]
    private let mappings: [String: ScopeMapping]
    private let applicationsByProvider: [Int: String]
    private let providerNames: [Int: String]
    private let sources: [String: String]
    private let pksByManaged: [String: String]
    private let pksByScopeName: [String: [String]]
    /// The outposts that can serve proxy providers, ordered by name.
    private let outposts: [Outpost]
    /// The scope mappings that the file declares, whose `managed` names will change.
    private let declared: Set<String>

    /// - Parameter declared: the pks of the scope mappings that the file declares.
    init(_ observed: ObservedState, declaring declared: Set<String> = []) {
        self.declared = declared
        func index<Key: Hashable, Value>(_ pairs: [(Key, Value)]) -> [Key: Value] {
            Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        }
        flows = index(observed.flows.map { ($0.pk, $0.slug) })
        keys = index(observed.keys.map { ($0.pk, $0.name) })
        keyCounts = Dictionary(grouping: observed.keys, by: \.name.exact).mapValues(\.count)
        algorithms = index(
            observed.keys.compactMap { key in
                SigningAlgorithm(keyType: key.keyType, observed.release).map { (key.pk, $0) }
            }
        )
        applicationsByProvider = index(
            observed.providers.compactMap { provider in provider.applicationSlug.map { (provider.pk, $0) } }
        )
        providerNames = index(observed.providers.map { ($0.pk, $0.name) })
        sources = index(observed.sources.map { ($0.pk, $0.slug) })
        mappings = index(observed.scopeMappings.map { ($0.pk, $0) })
        pksByManaged = index(observed.scopeMappings.compactMap { mapping in mapping.managed.map { ($0, mapping.pk) } })
        pksByScopeName = Dictionary(grouping: observed.scopeMappings, by: \.scopeName).mapValues { $0.map(\.pk) }
        outposts = observed.outposts.filter { $0.type == Outpost.proxyType }.sorted { $0.name.exact < $1.name.exact }
    }

    /// For a provider the slug of its application, for a source its own; nil if a file cannot name it.
    func federated(_ reference: FieldValue.Reference) -> String? {
        reference.pk.integer.map { applicationsByProvider[$0] } ?? reference.pk.string.flatMap { sources[$0] }
    }

    /// The name to show for a provider, or for an unknown source.
    func title(_ reference: FieldValue.Reference) -> String {
        reference.pk.integer.flatMap { providerNames[$0] } ?? reference.name
    }

    func flow(_ pk: String?) -> String? { pk.flatMap { flows[$0] } }

    /// - Returns: nil also for a name that several keys share.
    func key(_ pk: String?) -> String? {
        guard let name = pk.flatMap({ keys[$0] }), keyCounts[name.exact] == 1 else { return nil }
        return name
    }

    /// The algorithm for signing tokens; without a key, with the client secret; nil if unknown.
    func algorithm(_ key: String?) -> SigningAlgorithm? { key.map { algorithms[$0] } ?? .hs256 }

    func outposts(serving provider: Int) -> [Outpost] { outposts.filter { $0.providers.contains(provider) } }

    /// The embedded outpost by the reserved word, unless another one has that name.
    func name(of outpost: Outpost) -> String {
        let isTaken = outposts.contains { $0.name.exact == Outpost.embedded.exact }
        return outpost.isEmbedded && !isTaken ? Outpost.embedded : outpost.name
    }

    /// Whether a scope mapping is one that each proxy provider has.
    func isOfEachProxy(_ scopeMapping: String) -> Bool {
        mappings[scopeMapping]?.managed.map(ProxyProvider.ownScopes.contains) ?? false
    }

    /// How to refer to a scope mapping, or why there is no unambiguous name.
    enum Scope {
        case name(String)
        /// By its own name: `{mapping: NAME}`.
        case mapping(String)
        case unnamed(reason: String)
    }

    /// The scope name if it is unambiguous, else the `managed` name if it has one, else its own.
    func scope(_ pk: String) -> Scope {
        guard let mapping = mappings[pk] else { return .unnamed(reason: "the scope mapping \(pk) is unknown") }
        let managed = mapping.mark == nil && !declared.contains(pk) ? mapping.managed : nil
        let candidates = [mapping.scopeName] + [managed].compactMap(\.self)
        if let name = candidates.first(where: { isScope($0) && meaning(of: $0) == pk }) { return .name(name) }
        if ExportedScopeMapping.canBeNamed(mapping.name) { return .mapping(mapping.name) }
        return .unnamed(
            reason: "a file cannot name the scope mapping '\(mapping.name)': its scope name '\(mapping.scopeName)' is "
                + "shared with another or not valid in a file, and its own name is not valid there either"
        )
    }

    /// The result of looking a name up like a plan.
    private func meaning(of name: String) -> String? {
        if let pk = pksByManaged["\(Self.managedPrefix)\(name)"] ?? pksByManaged[name] { return pk }
        let pks = pksByScopeName[name] ?? []
        return pks.count == 1 ? pks.first : nil
    }

    /// RFC 6749, section 3.3.
    private func isScope(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
    }

    private static let managedPrefix = "goauthentik.io/providers/oauth2/scope-"
}
