internal import Glibc

/// How long reading from a pipe waits: what nobody writes to must not hold up the program for ever.
package struct PipeWait {
    /// For somebody to open a named pipe for writing.
    private static let forWriter = Duration.seconds(1)
    /// For all that is written: a shell's `<(…)` may ask a key server first.
    private static let forBytes = Duration.seconds(30)

    private let descriptor: Int32
    private let isNamed: Bool
    private let begin = ContinuousClock.now

    package init(_ descriptor: Int32, isNamed: Bool) {
        self.descriptor = descriptor
        self.isNamed = isNamed
    }

    /// Waits a moment where there is nothing to read and nobody who writes.
    ///
    /// - Returns: Whether to look again; false at the end of what is no named pipe.
    /// - Throws: If nobody comes.
    package func waitForWriter() throws(FileFailure) -> Bool {
        guard isNamed else { return false }
        guard begin.duration(to: .now) < Self.forWriter else {
            throw FileFailure("it is a pipe, and nobody writes to it")
        }
        usleep(10_000)
        return true
    }

    /// Waits until there is something to read, or the end.
    ///
    /// - Throws: If neither comes.
    package func waitForBytes() throws(FileFailure) {
        let left = Self.forBytes - begin.duration(to: .now)
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard left > .zero, poll(&request, 1, Int32(left.components.seconds + 1) * 1_000) != 0 else {
            throw FileFailure("nothing came from it within \(Self.forBytes.components.seconds) seconds")
        }
    }
}
