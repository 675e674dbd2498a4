/// How long a ``StreamingResponse`` may say nothing.
package struct StreamLimits: Sendable {
    /// Until status and headers are there; nil means the same as for the rest.
    package var head: Duration?
    /// From one piece to the next, and to the end.
    package var idle: Duration

    package init(head: Duration? = nil, idle: Duration) {
        self.head = head
        self.idle = idle
    }
}
