import FoundationEssentials
import JSON
package import Secrets

/// A ConfigMap or Secret as it was at one moment, and what of it this program applied
/// (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
package struct KubernetesObject: Sendable, Equatable {
    /// By key, no longer in base64; nil for what is no text.
    package var data: [String: Secret?]
    package var labels: [String: String]
    /// The keys of ``data`` that this program applied, and nobody else changed since.
    package var ownKeys: Set<String>
    /// The same of labels.
    package var ownLabels: Set<String>

    /// By default, one that holds nothing.
    package init(
        data: [String: Secret?] = [:],
        labels: [String: String] = [:],
        ownKeys: Set<String> = [],
        ownLabels: Set<String> = []
    ) {
        self.data = data
        self.labels = labels
        self.ownKeys = ownKeys
        self.ownLabels = ownLabels
    }
}

extension KubernetesObject {
    /// Reads the JSON of one.
    ///
    /// - Throws: ``Malformed``, which quotes nothing.
    init(_ json: JSONValue, isEncoded: Bool) throws(Malformed) {
        guard let metadata = json["metadata"], metadata.object != nil else { throw Malformed("it has no metadata") }
        data = (json["data"]?.object ?? [:]).mapValues { value in
            guard let text = value.string else { return nil }
            guard isEncoded else { return Secret(text) }
            return Data(base64Encoded: text).flatMap { String(validating: $0, as: UTF8.self) }.map { Secret($0) }
        }
        labels = (metadata["labels"]?.object ?? [:]).compactMapValues(\.string)
        let own = (metadata["managedFields"]?.array ?? []).filter { entry in
            entry["manager"]?.string == KubernetesClient.fieldManager && entry["operation"]?.string == "Apply"
        }
        func names(_ fields: (JSONValue) -> JSONValue?) -> Set<String> {
            Set(
                own.flatMap { entry in
                    (entry["fieldsV1"].flatMap(fields)?.object ?? [:]).keys
                        .filter { $0.hasPrefix("f:") }.map { String($0.dropFirst(2)) }
                }
            )
        }
        ownKeys = names { $0["f:data"] }
        ownLabels = names { $0["f:metadata"]?["f:labels"] }
    }
}
