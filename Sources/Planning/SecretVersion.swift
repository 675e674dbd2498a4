/// Which Secret of Kubernetes a client secret came from, and at which of its changes.
package struct SecretVersion: Sendable, Hashable {
    /// Tells the Secret from another of its name, before or after.
    package var uid: String
    /// Changes with every change of the Secret, also of another key.
    package var resourceVersion: String

    package init(uid: String, resourceVersion: String) {
        self.uid = uid
        self.resourceVersion = resourceVersion
    }
}
