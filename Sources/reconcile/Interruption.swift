import Base
import Glibc
import Reporting
import Synchronization
import UnixSignals

/// The effect of Ctrl-C (SIGINT) and SIGTERM on a single pass.
///
/// | a signal | |
/// |---|---|
/// | while reading | the pass ends; nothing was written |
/// | while writing | no further write begins, those in flight are finished, and the report says what was done |
/// | again | it ends at once |
///
/// The exit status is that of a shell, 128 plus the signal, unless everything was already done.
final class Interruption: Sendable {
    private struct State {
        var isWriting = false
        var signal: Int32?
    }

    private let gate: WriteGate
    private let style: StyleOptions
    private let state = Mutex(State())

    init(gate: WriteGate, style: StyleOptions) {
        self.gate = gate
        self.style = style
    }

    /// From now on there may be writes in flight.
    func beginWriting() { state.withLock { $0.isWriting = true } }

    /// The exit status of a pass that was interrupted; nil if none was.
    var status: ExitStatus? {
        switch state.withLock(\.signal) {
        case nil: nil
        case SIGTERM: .terminated
        default: .interrupted
        }
    }

    /// Runs an interruptible pass.
    ///
    /// - Throws: what `body` throws, or the exit status of a pass that was interrupted before it wrote anything.
    func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let work = Task { try await body() }
        let listener = Task {
            for await signal in signals { react(to: signal == .sigint ? SIGINT : SIGTERM) { work.cancel() } }
        }
        defer { listener.cancel() }
        do {
            return try await work.value
        } catch {
            guard let status else { throw error }
            throw style.refusal("interrupted before anything was written", status)
        }
    }

    private func react(to signal: Int32, cancel: () -> Void) {
        let (isFirst, isWriting) = state.withLock { state in
            defer { state.signal = state.signal ?? signal }
            return (state.signal == nil, state.isWriting)
        }
        guard isFirst else { _exit(128 + signal) }
        gate.set(.none(why: "the run was interrupted"))
        guard isWriting else { return cancel() }
        let again = signal == SIGINT ? "Ctrl-C" : "a second signal"
        StandardError.print("interrupted: finishing the requests in flight; \(again) ends at once")
    }
}
