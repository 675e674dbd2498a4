import FoundationEssentials
import JSON
package import Secrets

/// A Secret as it was at one moment (https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/).
package struct KubernetesSecret: Sendable, Equatable {
    /// Tells it from another Secret of its name, before or after.
    package var uid: String
    /// Changes with every change of it.
    package var resourceVersion: String
    /// By key, no longer in base64.
    package var data: [String: SecretBytes]

    package init(uid: String, resourceVersion: String, data: [String: SecretBytes]) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.data = data
    }
}

extension KubernetesSecret {
    /// Reads the JSON of one.
    ///
    /// - Throws: ``Malformed``, which quotes nothing.
    init(_ json: JSONValue) throws(Malformed) {
        guard let uid = json["metadata"]?["uid"]?.string, !uid.isEmpty else {
            throw Malformed("the Secret has no metadata.uid")
        }
        guard let resourceVersion = json["metadata"]?["resourceVersion"]?.string, !resourceVersion.isEmpty else {
            throw Malformed("the Secret has no metadata.resourceVersion")
        }
        self.init(uid: uid, resourceVersion: resourceVersion, data: [:])
        for (key, value) in json["data"]?.object ?? [:] {
            guard let bytes = value.string.flatMap({ Data(base64Encoded: $0) }) else {
                throw Malformed("the Secret holds a value that is no base64")
            }
            data[key] = SecretBytes([UInt8](bytes))
        }
    }
}
