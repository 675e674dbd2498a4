import FoundationEssentials
package import JSON
import Synchronization

extension KubernetesStandIn {
    /// Makes or changes a Secret, as `kubectl` does.
    ///
    /// - Parameters:
    ///   - data: the values in clear; names that are no longer in it go.
    ///   - manager: who owns the fields that change by this.
    package func setSecret(
        _ name: String,
        in namespace: String,
        _ data: [String: String],
        manager: String = "kubectl-create"
    ) {
        let encoded = data.mapValues { JSONValue.string(Data($0.utf8).base64EncodedString()) }
        write(ObjectKey(kind: .secret, namespace: namespace, name: name), manager) { object in
            object.setting(["data"], encoded.isEmpty ? nil : .object(encoded))
        }
    }

    /// Changes one value of a Secret and leaves the others, as `kubectl patch` does.
    package func rotateSecret(
        _ name: String,
        in namespace: String,
        _ field: String,
        _ value: String,
        manager: String = "kubectl-patch"
    ) {
        let encoded = JSONValue.string(Data(value.utf8).base64EncodedString())
        write(ObjectKey(kind: .secret, namespace: namespace, name: name), manager) { object in
            object.setting(["data", field], encoded)
        }
    }

    package func deleteSecret(_ name: String, in namespace: String) {
        delete(.init(kind: .secret, namespace: namespace, name: name))
    }

    /// Makes or changes a ConfigMap; names that are no longer in it go.
    package func setConfigMap(
        _ name: String,
        in namespace: String,
        _ data: [String: String],
        manager: String = "kubectl-create"
    ) {
        write(ObjectKey(kind: .configMap, namespace: namespace, name: name), manager) { object in
            object.setting(["data"], data.isEmpty ? nil : .object(data.mapValues { .string($0) }))
        }
    }

    package func deleteConfigMap(_ name: String, in namespace: String) {
        delete(.init(kind: .configMap, namespace: namespace, name: name))
    }

    /// Makes a workload with one container.
    package func makeWorkload(_ kind: WorkloadKind, _ name: String, in namespace: String) {
        let template: JSONValue = [
            "metadata": ["labels": ["app": .string(name)]],
            "spec": [
                "containers": [
                    [
                        "name": .string(name),
                        "image": .string("example.com/\(name):1"),
                        "resources": [:],
                        "terminationMessagePath": "/dev/termination-log",
                        "terminationMessagePolicy": "File",
                        "imagePullPolicy": "IfNotPresent",
                    ]
                ],
                "restartPolicy": "Always",
                "terminationGracePeriodSeconds": 30,
                "dnsPolicy": "ClusterFirst",
                "securityContext": [:],
                "schedulerName": "default-scheduler",
            ],
        ]
        let key = ObjectKey(kind: kind.resourceKind, namespace: namespace, name: name)
        write(key, "kubectl-client-side-apply") { object in
            object.setting(["spec", "template"], template)
                .setting(["spec", "selector"], ["matchLabels": ["app": .string(name)]])
                .setting(["spec", "replicas"], kind == .daemonSet ? nil : 1)
        }
    }

    package func deleteWorkload(_ kind: WorkloadKind, _ name: String, in namespace: String) {
        delete(ObjectKey(kind: kind.resourceKind, namespace: namespace, name: name))
    }

    /// Puts an object there as it is, with the versions and owners that it says it has; without an answer to give, it
    /// stops the test if the object is of no kind that is served.
    package func put(_ object: JSONValue) {
        let kind = ResourceKind.all.first {
            $0.kind == object["kind"]?.string && $0.apiVersion == object["apiVersion"]?.string
        }
        guard let kind, let name = object.at(["metadata", "name"])?.string,
            let namespace = object.at(["metadata", "namespace"])?.string
        else { preconditionFailure("an object of no kind that is served, or without a name") }
        state.withLock { state in
            _ = state.cluster.store(object, at: ObjectKey(kind: kind, namespace: namespace, name: name))
        }
    }

    /// An object as it is now; nil if it is not there.
    ///
    /// - Parameter resource: as in paths: `secrets`.
    package func object(_ resource: String, _ name: String, in namespace: String) -> JSONValue? {
        objects(resource, in: namespace).first { $0.at(["metadata", "name"])?.string == name }
    }

    /// The objects of a resource, by name.
    package func objects(_ resource: String, in namespace: String) -> [JSONValue] {
        guard let kind = ResourceKind.all.first(where: { $0.resource == resource }) else { return [] }
        return state.withLock { state in
            state.cluster.objects(ObjectSelection(kind: kind, namespace: namespace, name: nil))
        }
    }

    /// The value of a Secret in clear; nil if it has none under this name.
    package func secretValue(_ name: String, in namespace: String, _ field: String) -> String? {
        guard let text = object("secrets", name, in: namespace)?.at(["data", field])?.string else { return nil }
        return Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The version of the latest change.
    package var resourceVersion: Int { state.withLock { $0.cluster.resourceVersion } }

    private func write(_ key: ObjectKey, _ manager: String, _ change: (JSONValue) -> JSONValue) {
        let now = Moment.now
        state.withLock { state in
            let live = state.cluster.objects[key]
            let object = ObjectDefaults.complete(change(live ?? [:]), key, over: live, now: now)
            let management = FieldManagement(manager: manager, apiVersion: key.kind.apiVersion, now: now)
            _ = state.cluster.store(management.update(live, to: object), at: key)
        }
    }

    private func delete(_ key: ObjectKey) {
        state.withLock { $0.cluster.delete(key) }
    }
}
