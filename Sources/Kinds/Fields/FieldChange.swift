/// The kinds of objects that a service consists of.
package enum ObjectKind: String, Sendable, Comparable {
    /// `access` is who may open the service; `outpost` is what serves its provider; `published` is the Kubernetes
    /// object with the provider's values; `mapping` is a scope mapping, which belongs to no service.
    case application, provider, access, outpost, published, mapping

    package static func < (left: ObjectKind, right: ObjectKind) -> Bool { left.rawValue < right.rawValue }
}

/// A field and its value.
package struct FieldAssignment: Sendable {
    /// Authentik's name: `meta_launch_url`, `client_id`.
    package var field: String
    package var value: FieldValue

    package init(field: String, value: FieldValue) {
        self.field = field
        self.value = value
    }
}

/// A field that differs from what is declared.
package struct FieldChange: Sendable {
    package var object: ObjectKind
    /// Authentik's name: `meta_launch_url`, `client_id`; for a published object, the key.
    package var field: String
    /// What the object holds now; nil when it is about to be created.
    package var before: FieldValue?
    package var after: FieldValue

    package init(object: ObjectKind, field: String, before: FieldValue?, after: FieldValue) {
        self.object = object
        self.field = field
        self.before = before
        self.after = after
    }

    /// Whether its values must not be shown.
    package var isSecret: Bool { after.isSecret || before?.isSecret == true }
}

extension FieldChange {
    /// How tokens are signed before and after, if known; nil for any field other than the signing key.
    package var algorithms: (before: SigningAlgorithm?, after: SigningAlgorithm?)? {
        guard object == .provider, field == OAuth2Provider.Row.signingKey.attribute else { return nil }
        return (before?.algorithm, after.algorithm)
    }
}

extension FieldValue {
    /// The algorithm of a signing key, or of none.
    fileprivate var algorithm: SigningAlgorithm? {
        switch self {
        case .none: .hs256
        case .reference(let reference): reference.algorithm
        default: nil
        }
    }
}
