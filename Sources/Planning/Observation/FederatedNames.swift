import AuthentikAPI
import DesiredState
import JSON
import Kinds

/// The file's names for the providers and sources whose tokens a provider accepts.
///
/// | a slug is that of | it means |
/// |---|---|
/// | a service of the file with a provider | that provider, even if it is still to be created |
/// | a service of the file that is absent, or has no provider | an error, reported when the file is read |
/// | an application with a provider that Authentik lists as an OAuth2 provider | that provider |
/// | none of these | an error |
struct FederatedNames {
    private let providersBySlug: [String: Int]
    private let namesByProvider: [Int: String]
    private let sourcesBySlug: [String: String]
    private let slugsBySource: [String: String]
    /// The services of the file that have a provider.
    private let declared: Set<String>

    init(_ observed: ObservedState, _ services: [Service]) {
        func table<Key: Hashable, Value>(_ pairs: [(Key, Value)]) -> [Key: Value] {
            Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        }
        providersBySlug = table(
            observed.providers.compactMap { provider in provider.applicationSlug.map { ($0, provider.pk) } }
        )
        namesByProvider = table(observed.providers.map { ($0.pk, $0.applicationSlug ?? $0.name) })
        sourcesBySlug = table(observed.sources.map { ($0.slug, $0.pk) })
        slugsBySource = table(observed.sources.map { ($0.pk, $0.slug) })
        declared = Set(services.filter { $0.state == .present && $0.provider != nil }.map(\.slug))
    }

    /// A name to show; nil for what is neither.
    func named(_ reference: FieldValue.Reference) -> FieldValue.Reference? {
        if let pk = reference.pk.integer {
            return namesByProvider[pk].map { .init(pk: reference.pk, name: $0) } ?? reference
        }
        return reference.pk.string.flatMap { slugsBySource[$0] }.map { .init(pk: reference.pk, name: $0) }
    }

    /// - Returns: without a pk if it is still to be created.
    func provider(_ slug: String, for field: String) throws(LookUpError) -> FieldValue.Reference {
        if let pk = providersBySlug[slug] { return .init(pk: .integer(pk), name: slug) }
        guard !declared.contains(slug) else { return .init(named: slug) }
        throw LookUpError(
            "\(field): neither the file nor Authentik has an application '\(slug)' with an OAuth2 provider",
            meant: slug,
            among: Set(providersBySlug.keys).union(declared)
        )
    }

    func source(_ slug: String, for field: String) throws(LookUpError) -> FieldValue.Reference {
        guard let pk = sourcesBySlug[slug] else {
            throw LookUpError(
                "\(field): Authentik has no OAuth source '\(slug)'",
                meant: slug,
                among: sourcesBySlug.keys
            )
        }
        return .init(pk: .string(pk), name: slug)
    }
}
