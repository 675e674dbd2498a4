import Applying
import AuthentikAPI
import Base
import Glibc
import Kinds
import Reporting
import Synchronization
import SystemPackage

/// A line at the end of a terminal that shows the progress of a pass, and is erased when anything else is printed.
///
/// It is only shown to a user: if both streams are terminals that can erase a line, and not in a CI job.
enum ProgressLine {
    private struct State {
        var isShown = false
        var last = ContinuousClock.now
    }

    private static let state = Mutex(State())
    /// The minimum time before the first line, and between two lines.
    private static let interval: Duration = .milliseconds(200)
    /// Erases the current line (ECMA-48, "erase in line").
    private static let erase = "\r\u{1B}[K"

    static let isThere: Bool = {
        let isInCI = Environment["CI"].map { $0 != "false" && $0 != "0" } ?? false
        let canErase = Environment["TERM"].map { $0 != "dumb" } ?? false
        return !isInCI && canErase && isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1
    }()

    /// Replaces the line, unless it was replaced very recently.
    static func show(_ text: @autoclosure () -> String) {
        guard isThere else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            guard now - state.last >= interval else { return }
            state.last = now
            state.isShown = true
            let text = text().printable.prefix(max(1, (StyleOptions.width(of: STDERR_FILENO) ?? 80) - 1))
            write(erase + text)
        }
    }

    /// Erases the line, to print something else.
    static func clear() {
        guard isThere else { return }
        state.withLock { state in
            guard state.isShown else { return }
            state.isShown = false
            write(erase)
        }
    }

    private static func write(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll([UInt8](text.utf8))
    }
}

/// Shows the progress of a pass: first how much was read, then how much was written.
final class PassProgress: Sendable {
    private let lists = Mutex<[Endpoint: (done: Int, total: Int)]>([:])

    func take(_ event: PassEvent) {
        switch event {
        case .reading(let endpoint, let done, let total):
            let text = lists.withLock { lists in
                lists[endpoint] = (done, total)
                return Self.text(lists)
            }
            ProgressLine.show(text)
        case .writing(let done, let total):
            ProgressLine.show("applying \(done.grouped) of \(total.grouped) writes")
        case .planned, .ended: break
        }
    }

    /// For the list with the most left to read.
    private static func text(_ lists: [Endpoint: (done: Int, total: Int)]) -> String {
        let longest = lists.max { left, right in
            (left.value.total - left.value.done, left.key.path) < (right.value.total - right.value.done, right.key.path)
        }
        guard let (endpoint, (done, total)) = longest.map({ ($0.key, $0.value) }) else { return "reading" }
        let what = Kind.all.first { $0.endpoint == endpoint }?.plural ?? endpoint.path
        return "reading \(what) \(min(done, total).grouped) of \(total.grouped)"
    }
}
