/// The pod that Events are about: the one that this program runs in.
package struct EventSubject: Sendable, Hashable {
    package var pod: ObjectName
    /// Without it, `kubectl describe pod` does not show them; `kubectl get events` does.
    package var uid: String?

    package init(pod: ObjectName, uid: String? = nil) {
        self.pod = pod
        self.uid = uid
    }

    /// What the downward API says in `POD_NAME`, `POD_NAMESPACE` and `POD_UID`
    /// (https://kubernetes.io/docs/concepts/workloads/pods/downward-api/); nil without the first.
    ///
    /// - Parameter namespace: for when it does not say the namespace.
    package init?(environment: [String: String], namespace: String) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let name = value("POD_NAME") else { return nil }
        pod = ObjectName(namespace: value("POD_NAMESPACE") ?? namespace, name: name)
        uid = value("POD_UID")
    }
}
