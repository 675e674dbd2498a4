import Applying
import AuthentikAPI
import KubernetesAPI
import Status

/// What is watched: files, Kubernetes Secrets, and Authentik's audit log. Each says which services may have changed, as far
/// as it can.
extension ReconcileLoop {
    /// The time between two checks of which Kubernetes Secrets the file names.
    private static let secretPeriod: Duration = .seconds(1)

    nonisolated var watchedPaths: FileWatch.Paths {
        FileWatch.Paths(
            configuration: files.paths,
            token: surroundings.tokenFile,
            secrets: files.loaded.secretFiles
        )
    }

    nonisolated func watchFiles(_ watch: FileWatch) async {
        var watch = watch
        while (try? await clock.sleep(for: FileWatch.period)) != nil {
            for trigger in watch.look(at: watchedPaths) { await ask(trigger, scope(of: trigger, watch.changed)) }
        }
    }

    /// What a pass has to look at because files changed.
    ///
    /// | a change of | |
    /// |---|---|
    /// | the file | what the pass finds to be declared differently |
    /// | the token | everything: its account may see other things |
    /// | secret files | the services that have their secret there |
    private nonisolated func scope(of trigger: Trigger, _ paths: Set<String>) -> PassScope {
        switch trigger {
        case .file: .services([])
        case .secret: .services(files.loaded.services(withSecretsIn: paths))
        default: .everything
        }
    }

    /// Follows the Kubernetes Secrets that the file refers to, until the task is cancelled, and requests a pass when
    /// one changes.
    func watchSecrets(_ reader: @Sendable () throws -> any SecretFollowing) async {
        var followed: Set<ObjectName> = []
        var following: Task<Void, Never>?
        // The first pass reads them first, so that what exists from the start is not taken for a change.
        while (try? await clock.sleep(for: Self.secretPeriod)) != nil {
            // A standby does not read secrets.
            let wanted = whyNoWrites == nil ? files.loaded.kubernetesSecrets : []
            // Without Kubernetes, each service reports it; it may become available later.
            guard wanted != followed, let reader = try? reader() else { continue }
            following?.cancel()
            followed = wanted
            following = Task { [log] in
                await reader.follow(wanted) { object, error, delay in
                    log.cannotWatch(object, error, delay)
                } onChange: { object in
                    await self.ask(.secret, .services(self.files.loaded.services(withSecretsIn: object)))
                }
            }
        }
        following?.cancel()
        await following?.value
    }

    func watchAuditLog(every period: Duration) async {
        while (try? await clock.sleep(for: period)) != nil { await lookBetweenPasses() }
    }

    /// Checks the audit log, unless a pass does or will, and requests a pass if there is a reason.
    private func lookBetweenPasses() async {
        guard state.mayLook(at: clock.now) else { return }
        do {
            let visit = surroundings.reconciler.visit(through: gate, within: settings.lookLimit, attempts: 1)
            if let changed = try await look(visit) { ask(.authentik, changed) }
        } catch {
            guard !Task.isCancelled else { return }
            happened(board.update { [now = clock.timestamp] in $0.lostAuthentik("\(error)", at: now) })
            state.lostAuthentik()
            wake.yield()
        }
    }

    /// - Returns: what somebody else changed; nil for nothing, and if the account may not read the log.
    func look(_ visit: any Visit) async throws -> PassScope? {
        do {
            let changed = try await visit.look()
            watchesAuditLog(true)
            return changed
        } catch let error as AuthentikError where error.kind == .permissionDenied {
            if watchesAuditLog(false) { log.cannotWatchAuditLog(error) }
            return nil
        }
    }

    /// - Returns: whether that is new.
    @discardableResult
    func watchesAuditLog(_ isWatched: Bool) -> Bool {
        guard state.watchesAuditLog(isWatched) else { return false }
        board.update { $0.watchesAuditLog(isWatched) }
        return true
    }
}
