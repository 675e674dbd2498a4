/// Lets a few in at a time, in the order they came.
package actor Turnstile {
    /// Sandboxes that tests may run at the same time.
    ///
    /// One with its clients holds some forty descriptors. Where a process has more than 1300, Foundation fails to start
    /// others, as the end-to-end tests do: it reads beyond the end of its list of them.
    package static let sandboxes = Turnstile(8)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(_ count: Int) {
        free = count
    }

    package func run<Result: Sendable>(_ body: @Sendable () async throws -> Result) async rethrows -> Result {
        await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func leave() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
