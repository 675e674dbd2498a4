/// The names of the labels of this program's own metrics; each has few values.
package enum MetricLabel: String, Sendable, CaseIterable {
    /// A raw value of ``PassResult``.
    case result
    /// An HTTP method.
    case method
    /// A raw value of `Endpoint`, never a whole path.
    case endpoint
    /// An HTTP status, or ``noAnswer``.
    case status
    /// A raw value of `WriteRecord.Action`.
    case action
    /// A raw value of `ObjectKind`.
    case object
    /// Authentik's name of a field: `redirect_uris`.
    case field
    /// A raw value of ``SyncState``.
    case state
    /// The program's own.
    case version

    /// The value of ``status`` where no answer came.
    package static let noAnswer = "none"
}
