import FoundationEssentials
import JSON
package import Secrets

/// A Secret at one point in time
/// (https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/).
package struct KubernetesSecret: Sendable, Equatable {
    /// The result of reading a Secret; nil if it does not exist.
    package typealias Observation = Result<KubernetesSecret?, KubernetesError>

    package var version: SecretVersion
    /// By key, decoded from base64.
    package var data: [String: SecretBytes]

    package init(version: SecretVersion, data: [String: SecretBytes]) {
        self.version = version
        self.data = data
    }
}

extension KubernetesSecret {
    /// Decodes its JSON.
    ///
    /// - Throws: ``Malformed``, which quotes nothing.
    init(_ json: JSONValue) throws(Malformed) {
        guard let uid = json["metadata"]?["uid"]?.string, !uid.isEmpty else {
            throw Malformed("the Secret has no metadata.uid")
        }
        guard let resourceVersion = json["metadata"]?["resourceVersion"]?.string, !resourceVersion.isEmpty else {
            throw Malformed("the Secret has no metadata.resourceVersion")
        }
        self.init(version: SecretVersion(uid: uid, resourceVersion: resourceVersion), data: [:])
        for (key, value) in json["data"]?.object ?? [:] {
            guard let bytes = value.string.flatMap({ Data(base64Encoded: $0) }) else {
                throw Malformed("the Secret contains a value that is not base64")
            }
            data[key] = SecretBytes([UInt8](bytes))
        }
    }
}

extension KubernetesSecret.Observation {
    /// Whether it shows nothing new compared to an earlier one (nil for the first): the Secret did not change, or is
    /// still missing or forbidden.
    package func showsTheSame(as other: KubernetesSecret.Observation?) -> Bool {
        switch (self, other) {
        case (.success(let mine), .success(let others)): mine?.version == others?.version
        case (.failure(let mine), .failure(let others)): mine.kind == others.kind
        default: false
        }
    }
}

/// A list with the single Secret of a name.
struct SecretList: Sendable {
    /// The resource version of the list, from which a watch continues.
    var resourceVersion: String
    var secret: KubernetesSecret?

    init(_ json: JSONValue, _ object: ObjectName) throws(Malformed) {
        guard let resourceVersion = json["metadata"]?["resourceVersion"]?.string, let items = json["items"] else {
            throw Malformed("expected a list with metadata.resourceVersion and items")
        }
        self.resourceVersion = resourceVersion
        // In some releases `items` is null if a list is empty.
        let item = items.array?.first { $0["metadata"]?["name"]?.string == object.name }
        if let item { secret = try KubernetesSecret(item) }
    }
}
