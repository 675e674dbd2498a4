/// An HTTP response whose body comes bit by bit.
package struct StreamingResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    /// To be read once, by one task at a time.
    ///
    /// When the last reference goes, or the reading task is cancelled, the transfer is dropped.
    package var body: ResponseBody
}

extension StreamingResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "HTTP \(status), streaming" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
