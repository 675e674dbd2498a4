import Base
package import DesiredState
package import Kinds
package import KubernetesAPI
import Secrets

/// What an object in Kubernetes should hold for a service: everything that this program writes there.
package struct PublishedContent: Sendable {
    package var object: PublishedObjectName
    /// Sorted by key.
    package var assignments: [FieldAssignment]
    package var labels: [String: String]
}

extension PublishedContent {
    /// Whether it has the client secret, so that it must be written before a restart.
    var hasSecret: Bool { assignments.contains { $0.value.isSecret } }

    /// Where an object differs from it; keys written by this program and no longer wanted are removed.
    func changes(from there: KubernetesObject) -> [FieldChange] {
        let wanted = Dictionary(assignments.map { ($0.field, $0.value) }, uniquingKeysWith: { $1 })
        let keys = Set(wanted.keys).union(there.ownKeys).sorted().compactMap { key -> FieldChange? in
            let after = wanted[key] ?? FieldValue.none
            guard !after.isSame(as: there.value(of: key, isSecret: after.isSecret)) else { return nil }
            // What a Secret held may be confidential, even under a key that gets another value.
            let isHidden = after.isSecret || object.kind == .secret
            return change(key, there.value(of: key, isSecret: isHidden), after)
        }
        let names = Set(labels.keys).union(there.ownLabels).sorted().compactMap { name -> FieldChange? in
            let before = there.labels[name].map(FieldValue.text) ?? FieldValue.none
            let after = labels[name].map(FieldValue.text) ?? FieldValue.none
            return after.isSame(as: before) ? nil : change("metadata.labels.\(name)", before, after)
        }
        return keys + names
    }

    /// Whether this program owns exactly its keys in an object.
    func isOwned(in there: KubernetesObject) -> Bool {
        there.ownKeys == Set(assignments.map(\.field)) && there.ownLabels == Set(labels.keys)
    }

    private func change(_ field: String, _ before: FieldValue, _ after: FieldValue) -> FieldChange {
        FieldChange(object: .published, field: field, before: before, after: after)
    }
}

extension KubernetesObject {
    /// - Parameter isSecret: whether it must not be shown.
    fileprivate func value(of key: String, isSecret: Bool) -> FieldValue {
        guard let value = data[key] else { return .none }
        guard let value else { return .text("(no text)") }
        return isSecret ? .secret(value) : .text(value.exposed)
    }
}

extension FieldValue {
    /// Exact comparison: Kubernetes trims nothing, and an empty text differs from a missing one.
    fileprivate func isSame(as other: FieldValue) -> Bool {
        switch (self, other) {
        case (.none, .none): true
        case (.text(let left), .text(let right)): left.exact == right.exact
        case (.secret(let left), .secret(let right)): left == right
        default: false
        }
    }
}

/// The result of reading an object to which values of a service are published.
package enum PublishedObservation: Sendable, Equatable {
    /// Empty if it does not exist.
    case seen(KubernetesObject)
    /// A clause that shows nothing of the object.
    case unreadable(reason: String)
}

/// The values that can be published for a service.
struct PublishedValues {
    let settings: ClientSettings
    /// Nil if secrets are left out.
    let secret: Secret?

    func content(of publication: Publication) -> PublishedContent {
        PublishedContent(
            object: publication.object,
            assignments: publication.keys.sorted { $0.key < $1.key }.map { key, text in
                FieldAssignment(field: key, value: value(text))
            },
            labels: publication.labels
        )
    }

    /// A text that contains the client secret is a secret as a whole.
    private func value(_ text: PublishedText) -> FieldValue {
        guard text.values.contains(.clientSecret) else { return .text(text.filled { settings.text(of: $0) ?? "" }) }
        guard let secret else { return .unresolvedSecret }
        return .secret(secret.map { secret in text.filled { settings.text(of: $0) ?? secret } })
    }
}
