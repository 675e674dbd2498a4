/// Bounds how many elements of a list are worked on at the same time, from the first to the last.
///
/// Whoever waits for something else than Authentik leaves its slot meanwhile, so that it holds up nobody.
actor Slots {
    private var free: Int
    /// The number of the element that begins next.
    private var next = 0
    private var beginning: [Int: CheckedContinuation<Void, Never>] = [:]
    private var returning: [CheckedContinuation<Void, Never>] = []

    /// - Parameter count: one at least.
    init(_ count: Int) {
        free = max(1, count)
    }

    /// Works on an element in a slot, once those before it have begun.
    ///
    /// - Parameter number: 0 for the first; each has to come once.
    func inside<Result: Sendable>(_ number: Int, _ body: @Sendable () async -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            beginning[number] = continuation
            admit()
        }
        defer { leave() }
        return await body()
    }

    /// Does something out of the slot that this task is in, and comes back.
    func outside(_ body: @Sendable () async throws -> Void) async throws {
        leave()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        await withCheckedContinuation { continuation in
            returning.append(continuation)
            admit()
        }
        try result.get()
    }

    private func leave() {
        free += 1
        admit()
    }

    /// What was begun comes first.
    private func admit() {
        while free > 0 {
            if !returning.isEmpty {
                free -= 1
                returning.removeFirst().resume()
            } else if let continuation = beginning.removeValue(forKey: next) {
                free -= 1
                next += 1
                continuation.resume()
            } else {
                return
            }
        }
    }
}
