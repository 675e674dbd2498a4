/// What is known of a Secret, to tell whether something is news.
package enum KnownSecret: Sendable, Hashable {
    /// It was never looked at.
    case nothing
    case absent
    case present(uid: String, resourceVersion: String)
    case unreadable(KubernetesError.Kind)
}
