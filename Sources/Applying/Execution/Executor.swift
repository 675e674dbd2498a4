import AuthentikAPI
import Base
import Kinds
import KubernetesAPI
import Planning

/// Carries out a plan: each step as soon as those that it comes after are done, a few at a time.
///
/// If a step fails, what comes after it fails, and nothing else. A transaction returns no pks, so steps that refer to
/// its objects wait for one list of all applications, requested when nothing else can be done. Each answer is compared
/// with what was sent: what Authentik did not keep is not marked as applied, and the service fails.
struct Executor: Sendable {
    let client: AuthentikClient
    /// Authentik's release.
    let release: Release
    /// The number of steps sent to Authentik at the same time; those waiting for Kubernetes do not count.
    var concurrency = 4
    /// Called with each service that is finished.
    var onEnd: (@Sendable (ServiceOutcome) -> Void)?
    /// Called with the number of steps done.
    var onStep: (@Sendable (_ done: Int, _ total: Int) -> Void)?
    /// Where workloads are restarted; nil to restart none.
    var kubernetes: KubernetesAccess?
    var clock = RestartClock()

    /// - Returns: the outcomes of the services, ordered by slug, and of ``Plan/shared``, in their order.
    func run(_ plan: Plan) async -> (services: [ServiceOutcome], shared: [SharedOutcome]) {
        let changing = plan.changing
        var execution = Execution(shared: plan.shared.compactMap(\.step), services: changing, release)
        await withTaskGroup(of: (job: Job, result: JobResult).self) { group in
            var sent = 0
            var (ended, steps) = (0, 0)
            while true {
                while let job = execution.next(
                    isSlotFree: sent < max(1, concurrency),
                    isTimeUp: isTimeUp,
                    closed: client.gate.closed.map { "\($0)" }
                ) {
                    if job.takesSlot { sent += 1 }
                    group.addTask { (job, await perform(job)) }
                }
                report(execution, after: &ended, &steps)
                if let (job, result) = await group.next() {
                    if job.takesSlot { sent -= 1 }
                    execution.end(job, result)
                } else if !execution.isLookNeeded {
                    guard execution.gatherMemberships() else { break }
                } else if let stopped = client.gate.closed {
                    execution.giveUpTransactions("\(stopped)")
                } else {
                    execution.look()
                }
            }
            report(execution, after: &ended, &steps)
        }
        let untouched = plan.services.filter(\.steps.isEmpty).map { ServiceOutcome(plan: $0, failure: nil) }
        let services = (execution.outcomes + untouched).map(hindered).sorted { $0.plan.slug < $1.plan.slug }
        return (services, plan.shared.map { execution.outcome(of: $0) })
    }

    private func perform(_ job: Job) async -> JobResult {
        switch job.task {
        case .step(let effect, let context): .step(await sender.send(effect, context))
        case .outpost(let write): .step(await sender.send(write))
        case .look(let providers, let withBindings):
            .look(await TransactionLook(client: client, providers: providers, withBindings: withBindings))
        case .resolution(let transaction, let look):
            .step(await sender.resolve(transaction, look))
        }
    }

    private var sender: StepSender {
        StepSender(client: client, release: release, kubernetes: kubernetes, clock: clock)
    }

    private var isTimeUp: Bool { client.deadline.map { ContinuousClock.now >= $0 } ?? false }

    private func report(_ execution: Execution, after ended: inout Int, _ steps: inout Int) {
        if steps < execution.doneSteps {
            steps = execution.doneSteps
            onStep?(steps, execution.stepCount)
        }
        guard let onEnd else { return }
        while ended < execution.ended.count {
            onEnd(hindered(execution.outcome(of: execution.ended[ended])))
            ended += 1
        }
    }

    /// An outcome with what could not be done from the start.
    private func hindered(_ outcome: ServiceOutcome) -> ServiceOutcome {
        var outcome = outcome
        if !outcome.plan.decision.isStuck {
            outcome.failure = outcome.failure ?? outcome.plan.hindrance.map { .init($0) }
        }
        return outcome
    }
}

/// A unit of work that runs concurrently with others.
struct Job: Sendable {
    enum Task: Sendable {
        case step(Effect, StepContext)
        /// The providers of an outpost, for all services with changes due.
        case outpost(OutpostWrite)
        /// One look-up of the objects of all transactions: the names of the providers that they created, by kind, and
        /// whether they created bindings.
        case look(providers: [Kind: [String]], withBindings: Bool)
        /// The objects of one transaction that the look-up did not show.
        case resolution(SentTransaction, TransactionLook)
    }

    /// What it belongs to, for ``Execution``.
    enum Subject: Sendable {
        case node(Int)
        /// Steps of several services in one write.
        case nodes([Int])
        /// The correction of a service's mark, after all its steps.
        case correction(service: Int)
        /// What takes back the preparations of a service, after all its steps.
        case undoing(service: Int)
        case look
    }

    let subject: Subject
    let task: Task
    /// Whether it counts towards the limit of concurrent requests to Authentik.
    let takesSlot: Bool
}

enum JobResult: Sendable {
    case step(StepResult)
    case look(TransactionLook)
}
