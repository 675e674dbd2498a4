/// How a server says that it no longer knows the changes since a version.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#410-gone-responses
package enum WatchExpiry: Sendable {
    /// As the answer: 410.
    case status
    /// As a line of the stream, of type `ERROR`, after the status 200.
    case line
}
