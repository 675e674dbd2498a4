package import Secrets

/// What an object of Kubernetes holds, of which a service may be told something.
package struct PublishedObject: Sendable, Equatable {
    /// By key; nil for what is no text.
    package var values: [String: Secret?]
    package var labels: [String: String]
    /// The keys that this program wrote, and nobody else changed since.
    package var ownKeys: Set<String>
    /// The same of labels.
    package var ownLabels: Set<String>

    package init(
        values: [String: Secret?] = [:],
        labels: [String: String] = [:],
        ownKeys: Set<String> = [],
        ownLabels: Set<String> = []
    ) {
        self.values = values
        self.labels = labels
        self.ownKeys = ownKeys
        self.ownLabels = ownLabels
    }
}

/// What came of looking at one.
package enum PublishedObservation: Sendable, Equatable {
    /// Empty if it is not there.
    case seen(PublishedObject)
    /// A clause, without anything of the object.
    case unreadable(reason: String)
}
