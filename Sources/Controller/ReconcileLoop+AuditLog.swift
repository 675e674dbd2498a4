import AuthentikAPI
import Base
import Status

extension ReconcileLoop {
    /// How long a look at the audit log may take.
    private static let lookLimit: Duration = .seconds(10)

    /// Looks at the audit log, unless a pass does or will, and asks for a pass if there is a reason.
    func lookBetweenPasses() async {
        let status = board.current.document
        guard isLeading, status.passes.running == nil, status.authentik.isReachable == true,
            status.authentik.error == nil,
            // A pass tries again whether it may be seen.
            status.authentik.isAuditLogWatched != false
        else { return }
        var client = client(limit: Self.lookLimit)
        client.retryPolicy.maximumAttempts = 1
        do {
            if try await look(client) { ask(.authentik) }
        } catch {
            guard !Task.isCancelled else { return }
            // The pass tries more often, and knows what it means.
            let events = board.update { $0.lostAuthentik("\(error)", at: .now) }
            events.forEach(log.happened)
            announce(EventDigest(events))
            queue.request(.authentik)
        }
    }

    /// Looks at the audit log where a failure does not matter, and a pass is under way anyway.
    func lookAtAuditLog(_ client: AuthentikClient) async {
        if settings.auditPeriod != nil { _ = try? await look(client) }
    }

    /// - Returns: whether somebody else changed something managed; false, too, if the account may not see the log.
    private func look(_ client: AuthentikClient) async throws -> Bool {
        do {
            let isChanged = try await auditLog.look(client)
            watchesAuditLog(true)
            return isChanged
        } catch let error as AuthentikError where error.kind == .permissionDenied {
            if watchesAuditLog(false) { log.cannotWatchAuditLog(error) }
            return false
        }
    }

    /// - Returns: whether that is new.
    @discardableResult
    private func watchesAuditLog(_ isWatched: Bool) -> Bool {
        guard board.current.document.authentik.isAuditLogWatched != isWatched else { return false }
        board.update { $0.watchesAuditLog(isWatched) }
        return true
    }
}
