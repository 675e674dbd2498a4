internal import Glibc

/// How long reading from a pipe waits: a pipe that nothing writes to must not block the program.
package struct PipeWait {
    /// The time limit for a writer to open a named pipe.
    private static let forWriter = Duration.seconds(1)
    /// The time limit for all data: a shell's `<(…)` may ask a key server first.
    private static let forBytes = Duration.seconds(30)

    private let descriptor: Int32
    private let isNamed: Bool
    private let begin = ContinuousClock.now

    package init(_ descriptor: Int32, isNamed: Bool) {
        self.descriptor = descriptor
        self.isNamed = isNamed
    }

    /// Waits briefly while there is nothing to read and no writer.
    ///
    /// - Returns: whether to try again; false at the end of anything but a named pipe.
    /// - Throws: if no writer appears.
    package func waitForWriter() throws(FileFailure) -> Bool {
        guard isNamed else { return false }
        guard begin.duration(to: .now) < Self.forWriter else {
            throw FileFailure("it is a pipe that nothing writes to")
        }
        usleep(10_000)
        return true
    }

    /// Waits until there is something to read, or the end.
    ///
    /// - Throws: if neither comes.
    package func waitForBytes() throws(FileFailure) {
        let left = Self.forBytes - begin.duration(to: .now)
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard left > .zero, poll(&request, 1, Int32(left.components.seconds + 1) * 1_000) != 0 else {
            throw FileFailure("no data came from it within \(Self.forBytes.components.seconds) seconds")
        }
    }
}
