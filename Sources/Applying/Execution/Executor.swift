import AuthentikAPI
import Base
import Kinds
import KubernetesAPI
import Planning

/// Carries out a plan: each step as soon as those that it comes after are done, a few of them at a time.
///
/// A step that fails fails what comes after it, and nothing else. A transaction returns no pks, so what refers to the
/// objects that it made comes after one list of all applications, when nothing else can be done. Each answer is compared
/// with what was sent: what Authentik did not keep is not marked as applied, and fails the service.
struct Executor: Sendable {
    let client: AuthentikClient
    /// The release that answers.
    let release: Release
    /// How many steps are sent to Authentik at the same time; what waits for Kubernetes does not count.
    var concurrency = 4
    /// Called with each service that is finished; nil for nobody.
    var onEnd: (@Sendable (ServiceOutcome) -> Void)?
    /// Called with how many steps are done; nil for nobody.
    var onStep: (@Sendable (_ done: Int, _ total: Int) -> Void)?
    /// Where workloads are restarted; nil for nowhere.
    var kubernetes: KubernetesAccess?
    var clock = RestartClock()

    /// - Returns: what became of each service, ordered by slug, and of each of ``Plan/shared``, in their order.
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

/// Something to be done by itself, while others are.
struct Job: Sendable {
    enum Task: Sendable {
        case step(Effect, StepContext)
        /// What an outpost serves, for all services that are due.
        case outpost(OutpostWrite)
        /// One look for the objects of all transactions; the names of the providers that they made, by kind, and whether
        /// they made bindings.
        case look(providers: [Kind: [String]], withBindings: Bool)
        /// The objects of one transaction that the look did not show.
        case resolution(SentTransaction, TransactionLook)
    }

    /// What it is of, for ``Execution``.
    enum Subject: Sendable {
        case node(Int)
        /// Steps of several services that are one write.
        case nodes([Int])
        /// The correction of a service's mark, after all its steps.
        case correction(service: Int)
        case look
    }

    let subject: Subject
    let task: Task
    /// Whether it counts among those that are sent to Authentik at the same time.
    let takesSlot: Bool
}

enum JobResult: Sendable {
    case step(StepResult)
    case look(TransactionLook)
}
