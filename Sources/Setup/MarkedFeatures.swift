package import AuthentikAPI
package import Kinds
import Planning

/// Objects created by this program that need additional permissions, even if the file no longer has them: passes need
/// the permissions until objects removed from the file are deleted.
///
/// | object with an owner's mark | needed |
/// |---|---|
/// | an application that an outpost serves, or whose provider is not an OAuth2 provider | forward-auth |
/// | a scope mapping | scope mappings |
///
/// Access is not read unless the file declares it, and groups are never deleted.
package enum MarkedFeatures {
    /// Reads marks, OAuth2 providers and scope mappings, which every account of this program may read.
    ///
    /// - Parameter owner: whose marks are considered; nil for all.
    /// - Throws: ``AuthentikError``, or `CancellationError`.
    package static func all(of client: AuthentikClient, owner: String?) async throws -> Set<FileFeature> {
        async let entitlements = client.entitlements(named: OwnershipMark.entitlementName)
        async let scopeMappings = client.scopeMappings()
        var features: Set<FileFeature> = []
        let isOurs = { (name: String) in owner.map { $0 == name } ?? true }
        if try await scopeMappings.contains(where: { $0.mark.map { isOurs($0.owner) } ?? false }) {
            features.insert(.scopeMappings)
        }
        let marks = try await entitlements.compactMap(ObservedMark.init).compactMap(\.mark).filter { isOurs($0.owner) }
        let providers = Set(marks.flatMap { [$0.provider].compactMap(\.self) + $0.formerProviders })
        if marks.contains(where: { $0.outpost != nil }) {
            features.insert(.forwardAuth)
        } else if !providers.isEmpty, !providers.isSubset(of: Set(try await client.providers().map(\.pk))) {
            features.insert(.forwardAuth)
        }
        return features
    }
}

extension ObservedMark {
    /// Nil if it cannot be read.
    fileprivate var mark: OwnershipMark? { if case .mark(let mark) = reading { mark } else { nil } }
}
