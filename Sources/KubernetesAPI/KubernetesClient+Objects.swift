import FoundationEssentials
import JSON
package import Secrets

extension KubernetesClient {
    /// Reads a ConfigMap or Secret; nil if there is none.
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

    /// Makes a ConfigMap or Secret hold some keys, by server-side apply: keys that this program applied before and that
    /// are not among them go, and those of others stay.
    ///
    /// What somebody else owns with another value is never taken: the server refuses it all and names the fields and
    /// their managers. The same again changes nothing, so it is retried like a read.
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
