import FoundationEssentials
import JSON
package import Secrets

extension KubernetesClient {
    /// Reads a ConfigMap or Secret; nil if it does not exist.
    ///
    /// - Throws: ``KubernetesError`` or `CancellationError`.
    package func object(_ resource: KubernetesResource, _ object: ObjectName) async throws -> KubernetesObject? {
        let request = KubernetesRequest(verb: .get, resource: resource, object: object)
        do {
            let answer = try await retrying { try await send(request) }
            return try decoding(request) { () throws(Malformed) in
                try KubernetesObject(answer, isEncoded: resource == .secrets)
            }
        } catch let error as KubernetesError where error.kind == .notFound {
            return nil
        }
    }

    /// Sets keys of a ConfigMap or Secret by server-side apply: keys that this program applied before and that are not
    /// among them are removed, and those of others stay.
    ///
    /// Fields that others own with another value are never taken over: the server rejects the whole request and names
    /// the fields and their managers. Repeating the request changes nothing, so it is retried like a read.
    ///
    /// - Parameter secretKeys: the keys whose values must not be repeated.
    /// - Throws: ``KubernetesError``, which quotes none of those; what ``admission`` throws, or `CancellationError`.
    package func apply(
        _ resource: KubernetesResource,
        _ object: ObjectName,
        data: [String: Secret],
        secretKeys: Set<String>,
        labels: [String: String]
    ) async throws {
        let isSecret = resource == .secrets
        let encoded = data.mapValues { Data($0.exposed.utf8).base64EncodedString() }
        var metadata: [String: JSONValue] = [
            "name": .string(object.name), "namespace": .string(object.namespace),
        ]
        if !labels.isEmpty { metadata["labels"] = .object(labels.mapValues(JSONValue.string)) }
        var request = KubernetesRequest(
            verb: .patch,
            resource: resource,
            object: object,
            query: [("fieldManager", Self.fieldManager)],
            body: KubernetesBody(
                kind: .apply,
                json: [
                    "apiVersion": "v1",
                    "kind": isSecret ? "Secret" : "ConfigMap",
                    "metadata": .object(metadata),
                    "data": .object((isSecret ? encoded : data.mapValues(\.exposed)).mapValues(JSONValue.string)),
                ]
            )
        )
        request.secrets = secretKeys.compactMap { data[$0] }
        _ = try await retrying { [request] in try await admission { try await send(request.within($0)) } }
    }
}

/// A ConfigMap or Secret at one point in time, and the parts of it that this program applied
/// (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
package struct KubernetesObject: Sendable, Equatable {
    /// By key, decoded from base64; nil for values that are not text.
    package var data: [String: Secret?]
    package var labels: [String: String]
    /// The keys of ``data`` that this program applied and that no other manager has changed since.
    package var ownKeys: Set<String>
    /// The labels that this program applied and that no other manager has changed since.
    package var ownLabels: Set<String>

    /// Empty by default.
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
    /// Decodes its JSON.
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

extension KubernetesClient {
    /// The field manager of this client, as `managedFields` name it.
    static let fieldManager = "reconcile"

    /// Restarts the pods of a Deployment, StatefulSet or DaemonSet, one after the other according to its strategy, like
    /// `kubectl rollout restart`.
    ///
    /// Repeating it with the same time changes nothing, so it is retried like a read.
    ///
    /// - Parameter time: RFC 3339, in UTC and whole seconds.
    /// - Throws: ``KubernetesError``, what ``admission`` throws, or `CancellationError`.
    package func restart(_ resource: KubernetesResource, _ object: ObjectName, at time: String) async throws {
        let request = KubernetesRequest(
            verb: .patch,
            resource: resource,
            object: object,
            query: [("fieldManager", Self.fieldManager)],
            body: KubernetesBody(
                kind: .strategicMergePatch,
                json: [
                    "spec": [
                        "template": ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": .string(time)]]]
                    ]
                ]
            )
        )
        _ = try await retrying { try await admission { try await send(request.within($0)) } }
    }
}
