import Kinds

/// One row of a ``Schema``: a field, what it holds and whom it concerns.
struct Field: Sendable {
    /// What a field holds, and so how it is read.
    enum Kind: Sendable {
        case text(TextRule)
        /// One of some fixed words.
        case choice([String])
        case flag
        /// A whole number in a range, with an example of one.
        case number(ClosedRange<Int>, example: Int)
        case texts(TextRule)
        case choices([String])
        case redirectURIs
        case secretReference
        /// A key of a Kubernetes Secret.
        case kubernetesSecret
        /// What runs a service in Kubernetes.
        case workload
        /// What is published in Kubernetes.
        case publication
        /// Read by the code that knows the mapping.
        case node
        /// Part of the format, and of a later version of this program.
        case notYet
    }

    let name: FieldName
    let kind: Kind
    /// Whether it describes the OAuth2 provider, which a bookmark does not have.
    let isForProvider: Bool
    /// Whether `defaults` may hold it; what tells one service from another may not be shared.
    let isDefaultable: Bool

    init(_ name: FieldName, _ kind: Kind, isForProvider: Bool = false, isDefaultable: Bool = true) {
        self.name = name
        self.kind = kind
        self.isForProvider = isForProvider
        self.isDefaultable = isDefaultable
    }

    static func provider(_ name: FieldName, _ kind: Kind, isDefaultable: Bool = true) -> Field {
        Field(name, kind, isForProvider: true, isDefaultable: isDefaultable)
    }
}
