import Applying
import AuthentikAPI
import Base
import Status
import Synchronization

/// Watches Authentik's audit log for changes by others to managed objects, and remembers their authors.
///
/// Each check takes one small request, and a second one if there are more new entries than that shows. If the second one
/// does not reach back to what the last check saw, anything may have changed. This process's own writes are identified by
/// their request ids.
///
/// Entries are ordered by the time at which they were made, and one may be stored after a later one was seen. So an entry
/// is new if it was not seen before, wherever it stands among those that were.
actor AuditLogWatch {
    /// Reads the newest entries, at most `count`, newest first.
    typealias Read = @Sendable (_ count: Int) async throws -> [AuditEvent]

    /// The number of entries that a check reads.
    private static let few = 10
    /// The maximum number of entries read at a time.
    private static let page = 100

    private let isOwn: @Sendable (_ requestID: String) -> Bool
    private let looks = SharedRun<PassScope?>()
    /// The pks of the entries that the last check read; nil before the first.
    private var seen: Set<String>?
    private var objects = ManagedObjects()
    private var authors = DriftAuthors()
    /// The entries whose service only the next pass can determine, oldest first.
    private var unknown: [AuditEvent] = []

    /// - Parameter isOwn: whether a request was sent by this process.
    init(isOwn: @escaping @Sendable (_ requestID: String) -> Bool) {
        self.isOwn = isOwn
    }

    /// Sets the managed objects, as observed by the last pass.
    func manage(_ objects: ManagedObjects) {
        self.objects = objects
        for event in unknown { note(event) }
        unknown = []
    }

    /// The authors of changes since the last call.
    func takeAuthors() -> DriftAuthors {
        defer { authors = DriftAuthors() }
        return authors
    }

    /// Checks for new entries; the first check only records the end of the log.
    ///
    /// Concurrent checks share one read.
    ///
    /// - Returns: the scope of the pass that changes by others require; nil for none.
    /// - Throws: what reading throws, or `CancellationError`.
    nonisolated func look(_ read: @escaping Read) async throws -> PassScope? {
        try await looks.value { try await self.look(reading: read) }
    }

    private func look(reading read: Read) async throws -> PassScope? {
        var limit = Self.few
        var page = try await read(limit)
        guard let seen else {
            seen = Set(page.map(\.pk))
            return nil
        }
        func isSeen(_ event: AuditEvent) -> Bool { seen.contains(event.pk) }
        // With few that were seen, one that was stored late may be beyond them.
        if page.count == limit, page.count(where: isSeen) < limit / 2 {
            limit = Self.page
            page = try await read(limit)
        }
        guard !page.isEmpty else { return nil }
        self.seen = Set(page.map(\.pk))
        let oldest = page.lastIndex(where: isSeen)
        // An empty log has no entry to find again.
        let isGap = oldest == nil && (!seen.isEmpty || page.count == limit)
        var scope: PassScope? = isGap ? .everything : nil
        for event in page[..<(oldest ?? page.endIndex)].reversed() where !isSeen(event) {
            if let id = event.requestID, isOwn(id) { continue }
            guard let changed = objects.scope(of: event) else { continue }
            scope = scope?.union(changed) ?? changed
            if objects.isUnknown(event) { unknown.append(event) } else { note(event) }
        }
        return scope
    }

    /// Remembers the author; the latest one counts.
    private func note(_ event: AuditEvent) {
        guard let username = event.username else { return }
        let author = DriftAuthor(
            username: username,
            at: Timestamp(event.created),
            address: event.clientAddress,
            event: event.pk
        )
        if let slug = objects.slug(of: event) {
            authors.services[slug] = author.newer(than: authors.services[slug])
        } else if let object = objects.shared(of: event) {
            authors.shared[object] = author.newer(than: authors.shared[object])
        }
    }
}

extension DriftAuthor {
    /// The more recent of the two.
    fileprivate func newer(than other: DriftAuthor?) -> DriftAuthor {
        guard let other, other.at > at else { return self }
        return other
    }
}

/// Shares one run among concurrent callers.
///
/// A cancelled caller stops waiting, while the others continue; the run is cancelled once no caller waits for it.
final class SharedRun<Value: Sendable>: Sendable {
    private struct State {
        /// The current run, with its number.
        var run: (number: Int, task: Task<Void, Never>)?
        var waiting: [Int: CheckedContinuation<Value, any Error>] = [:]
        /// The numbers of the next waiting caller, and of the next run.
        var next = 0

        mutating func number() -> Int {
            defer { next += 1 }
            return next
        }
    }

    private let state = Mutex(State())

    /// - Throws: what the body throws, or `CancellationError`.
    func value(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let id = state.withLock { $0.number() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    // The cancellation may have come before there was a caller to remove.
                    guard !Task.isCancelled else { return true }
                    state.waiting[id] = continuation
                    guard state.run == nil else { return false }
                    let number = state.number()
                    let task = Task {
                        do {
                            self.end(number, .success(try await body()))
                        } catch {
                            self.end(number, .failure(error))
                        }
                    }
                    state.run = (number, task)
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            leave(id)
        }
    }

    private func leave(_ id: Int) {
        let waiting = state.withLock { state in
            let waiting = state.waiting.removeValue(forKey: id)
            if waiting != nil, state.waiting.isEmpty {
                state.run?.task.cancel()
                state.run = nil
            }
            return waiting
        }
        waiting?.resume(throwing: CancellationError())
    }

    private func end(_ number: Int, _ result: Result<Value, any Error>) {
        let waiting = state.withLock { state in
            // Callers waiting for a later run are not affected.
            guard state.run?.number == number else { return [CheckedContinuation<Value, any Error>]() }
            defer {
                state.run = nil
                state.waiting = [:]
            }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(with: result) }
    }
}
