import AuthentikAPI
import Base
import Reconciling
import Status

/// Watches Authentik's audit log for changes of somebody else to what is managed, and remembers who made them.
///
/// One cheap request a look, and a second one when there is something new. What this process wrote itself is known by
/// the ids of its requests.
actor AuditLogWatch {
    /// The most that is read at a time; what came before that is left to the periodic pass.
    private static let page = 100

    private let own: OwnWrites
    /// Where the log ended at the last look: nil before the first, empty if there was no entry.
    private var newest: String?
    private var objects = ManagedObjects()
    private var authors: [String: DriftAuthor] = [:]
    /// The look that is under way.
    private var current: Task<Bool, any Error>?

    init(own: OwnWrites) {
        self.own = own
    }

    /// What is managed, as the last pass saw it.
    func manage(_ objects: ManagedObjects) { self.objects = objects }

    /// Who changed each service since the last call.
    func takeAuthors() -> [String: DriftAuthor] {
        defer { authors = [:] }
        return authors
    }

    /// Looks for what is new; the first look only remembers where the log ends.
    ///
    /// Looks at the same time are one.
    ///
    /// - Returns: whether somebody else changed something managed.
    /// - Throws: `AuthentikError`, or `CancellationError`.
    func look(_ client: AuthentikClient) async throws -> Bool {
        let task = current ?? Task { try await read(client) }
        current = task
        defer { current = nil }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func read(_ client: AuthentikClient) async throws -> Bool {
        let end = try await client.newestEvents(1).first?.pk ?? ""
        defer { newest = newest ?? end }
        guard let last = newest, last != end else { return false }
        let events = try await client.newestEvents(Self.page).prefix { $0.pk != last }
        newest = events.first?.pk ?? end
        var isChanged = false
        let own = own.all
        for event in events.reversed() {
            if let id = event.requestID, own.contains(id) { continue }
            guard let slug = objects.slug(of: event) else { continue }
            isChanged = true
            if let username = event.username {
                authors[slug] = DriftAuthor(username: username, at: Timestamp(event.created))
            }
        }
        return isChanged
    }
}
