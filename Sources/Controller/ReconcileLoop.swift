import AuthentikAPI
import Base
import KubernetesAPI
package import Status
import Synchronization

/// The daemon: runs passes one after the other, when they are due or something asks for one, until it is stopped.
package final class ReconcileLoop: Sendable {
    package let queue = PassQueue()
    package let board: StatusBoard
    package let settings: LoopSettings
    let files: DesiredFiles
    let surroundings: LoopSurroundings
    let log: LoopLog
    let metrics = LoopMetrics()
    let own = OwnWrites()
    let auditLog: AuditLogWatch
    let gate = WriteGate()
    /// The pass that runs.
    let running = Mutex<Task<PassEnd, Never>?>(nil)
    /// Whether a write was given up when the program ended, so that it may still happen.
    private let isCutShort = Atomic(false)

    package init(
        settings: LoopSettings,
        files: DesiredFiles,
        surroundings: LoopSurroundings,
        board: StatusBoard,
        log: LoopLog
    ) {
        self.settings = settings
        self.files = files
        self.surroundings = surroundings
        self.board = board
        self.log = log
        auditLog = AuditLogWatch(own: own)
    }

    /// Runs until ``stop()``.
    package func run() async {
        let watch = FileWatch(watchedPaths)
        if settings.auditPeriod == nil { board.update { $0.watchesAuditLog(false) } }
        if surroundings.election != nil { stepDown("this replica does not lead yet") }
        queue.request(.start)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.runPasses() }
            group.addTask { [watch] in
                var watch = watch
                while (try? await Task.sleep(for: FileWatch.period)) != nil {
                    watch.look(at: self.watchedPaths).forEach { self.ask($0) }
                }
            }
            if let reader = surroundings.secretReader {
                group.addTask { await self.watchSecrets(by: reader) }
            }
            if let election = surroundings.election {
                group.addTask { await self.takePart(in: election) }
            }
            if let events = surroundings.events {
                group.addTask { await events.run() }
            }
            if let period = settings.auditPeriod {
                group.addTask {
                    while (try? await Task.sleep(for: period)) != nil { await self.lookBetweenPasses() }
                }
            }
            await group.next()
            group.cancelAll()
        }
        // A write that may still happen is waited for by whoever leads next, until the Lease ends by itself.
        if let election = surroundings.election, !isCutShort.load(ordering: .acquiring) {
            await election.resign(within: settings.resignationLimit)
        }
    }

    /// Asks for a pass.
    ///
    /// - Returns: the number of the pass that answers it.
    @discardableResult
    package func ask(_ trigger: Trigger) -> Int {
        log.noticed(trigger)
        return queue.request(trigger)
    }

    /// Ends the loop: no new write begins, and the one in flight may finish within the settings' limit.
    package func stop() {
        gate.close("the program is ending")
        queue.close()
        board.update { $0.comesNext(nil) }
        Task {
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    await self.gate.drain()
                    return true
                }
                group.addTask { [limit = settings.lastWriteLimit] in
                    try? await Task.sleep(for: limit)
                    return false
                }
                let isInOrder = await group.next() ?? false
                self.isCutShort.store(!isInOrder, ordering: .releasing)
                self.running.withLock { $0?.cancel() }
                group.cancelAll()
            }
        }
    }

    private var watchedPaths: FileWatch.Paths {
        FileWatch.Paths(
            configuration: files.paths,
            token: surroundings.tokenFile,
            secrets: files.loaded.secretFiles
        )
    }
}
