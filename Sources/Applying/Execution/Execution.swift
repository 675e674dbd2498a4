import AuthentikAPI
import Kinds
import Planning

/// The state of a plan's steps while they are carried out, and which one comes next.
///
/// | a step | is next |
/// |---|---|
/// | that goes to Kubernetes, of a service already begun | at once: waiting for Kubernetes delays nothing else |
/// | of a service already begun | before any other: what is begun is finished first |
/// | of another service | in the order of the plan, while the token is valid and there is time |
/// | that changes the providers of an outpost | when nothing else can go on: all changes due for one outpost are one write |
///
/// It sends nothing itself; ``Executor`` does, and reports the results.
struct Execution {
    private enum State {
        case waiting
        case sent
        /// Finished, with any result.
        case over
    }

    private struct Node {
        let step: Step
        /// Nil for a step that several services need.
        let service: Int?
        /// The number of its dependencies that are not done yet.
        var open = 0
        var dependents: [Int] = []
        var state = State.waiting
    }

    private var nodes: [Node] = []
    private(set) var services: [ServiceProgress]
    private let release: Release
    /// The outputs of finished steps, for the steps that refer to them.
    private var outputs: [Step.ID: StepOutput] = [:]

    private var forKubernetes = Queue<Int>()
    private var begun = Queue<Job>()
    private var begunNodes = Queue<Int>()
    private var fresh = Queue<Int>()
    /// The steps that add a provider to an outpost or remove it.
    private var memberships: [Int] = []
    /// The transactions that were sent and whose objects are not known yet.
    private var transactions: Set<Int> = []
    /// Why no further service is begun; nil to go on.
    private var stop: ServiceFailure?
    /// Why steps of shared objects, which belong to no service, were not done.
    private var sharedFailures: [Step.ID: ServiceFailure] = [:]
    /// The services that are finished, with any result, in the order in which they ended.
    private(set) var ended: [Int] = []
    /// The number of steps that were answered or left out.
    private(set) var doneSteps = 0
    var stepCount: Int { nodes.count }

    init(shared: [Step], services plans: [ServicePlan], _ release: Release) {
        self.release = release
        services = plans.map { ServiceProgress(plan: $0, release: release) }
        nodes = shared.map { Node(step: $0, service: nil) }
        for (index, plan) in plans.enumerated() { nodes += plan.steps.map { Node(step: $0, service: index) } }
        let missing = connect()
        for (node, reason) in missing { skip(node, reason) }
        for node in nodes.indices where nodes[node].open == 0 && nodes[node].state == .waiting { enqueue(node) }
    }

    /// Connects the steps to those that they come after.
    ///
    /// - Returns: the steps with a missing dependency, and why they are not attempted.
    private mutating func connect() -> [(node: Int, reason: ServiceFailure)] {
        let indexes = Dictionary(nodes.indices.map { (nodes[$0].step.id, $0) }, uniquingKeysWith: { first, _ in first })
        var own: (service: Int?, indexes: [Step.ID: Int]) = (nil, [:])
        var missing: [(node: Int, reason: ServiceFailure)] = []
        for node in nodes.indices {
            if own.service != nodes[node].service { own = (nodes[node].service, [:]) }
            own.indexes[nodes[node].step.id] = node
            for id in nodes[node].step.after {
                guard let other = own.indexes[id] ?? indexes[id] else {
                    missing.append((node, Self.notAttempted(nodes[node].step.id, after: id)))
                    continue
                }
                nodes[other].dependents.append(node)
                nodes[node].open += 1
            }
        }
        return missing
    }

    // MARK: - What comes next

    /// - Parameters:
    ///   - isSlotFree: whether another step may be sent to Authentik.
    ///   - isTimeUp: whether no further service may be begun.
    ///   - closed: why no write may begin; nil if writes may.
    /// - Returns: nil if nothing can be begun now.
    mutating func next(
        isSlotFree: Bool,
        isTimeUp: @autoclosure () -> Bool,
        closed: @autoclosure () -> String? = nil
    ) -> Job? {
        while let node = forKubernetes.pop() { if let job = job(of: node) { return job } }
        guard isSlotFree else { return nil }
        if let job = begun.pop() { return job }
        while let node = begunNodes.pop() { if let job = job(of: node) { return job } }
        while let node = fresh.pop() {
            guard nodes[node].state == .waiting else { continue }
            let service = nodes[node].service
            if service.map({ !services[$0].isBegun }) ?? true {
                if let reason = stop ?? closed().map(Self.notBegun) ?? (isTimeUp() ? Self.timeIsUp : nil) {
                    skip(node, reason)
                    continue
                }
                if let service { services[service].isBegun = true }
            }
            if let job = job(of: node) { return job }
        }
        return nil
    }

    private mutating func enqueue(_ node: Int) {
        let isBegun = nodes[node].service.map { services[$0].isBegun } ?? false
        if !isBegun {
            fresh.push(node)
        } else if case .serve = nodes[node].step.effect {
            memberships.append(node)
        } else if nodes[node].step.effect.isForKubernetes {
            forKubernetes.push(node)
        } else {
            begunNodes.push(node)
        }
    }

    private mutating func job(of node: Int) -> Job? {
        guard nodes[node].state == .waiting else { return nil }
        let effect = nodes[node].step.effect
        if case .serve = effect {
            memberships.append(node)
            return nil
        }
        let progress = nodes[node].service.map { services[$0] }
        if case .publish = effect, progress?.mayBeTold == false {
            skip(node, nil)
            return nil
        }
        nodes[node].state = .sent
        return Job(subject: .node(node), task: .step(effect, context(of: node)), takesSlot: !effect.isForKubernetes)
    }

    private func context(of node: Int) -> StepContext {
        var context = nodes[node].service.map { services[$0].context } ?? StepContext()
        for id in nodes[node].step.effect.references { context.outputs[id] = outputs[id] }
        return context
    }

    // MARK: - What came of it

    mutating func end(_ job: Job, _ result: JobResult) {
        switch (job.subject, result) {
        case (.node(let node), .step(let result)): end(node, result)
        case (.nodes(let nodes), .step(let result)): for node in nodes { end(node, result) }
        case (.correction(let service), .step(let result)):
            services[service].take(result, of: result.failure == nil ? .updateMark : nil)
            ended.append(service)
        case (.undoing(let service), .step(let result)):
            services[service].takeBack(result)
            conclude(service)
        case (.look, .look(let look)): resolve(with: look)
        case (_, .look), (.look, _): break
        }
    }

    private mutating func end(_ node: Int, _ result: StepResult) {
        let step = nodes[node].step
        let isResolved = transactions.remove(node) != nil
        // A transaction counted as done when it was answered, before its objects were looked up.
        if !isResolved { doneSteps += 1 }
        if result.isTokenRefused { stop = Self.tokenRefused }
        if let service = nodes[node].service {
            let isWritten = result.failure == nil && !isResolved
            services[service].take(result, of: isWritten ? WriteRecord.Action(step.effect) : nil)
            services[service].prepare(by: step, result)
        } else {
            sharedFailures[step.id] =
                result.failure ?? (result.unkept.isEmpty ? nil : .complaint(about: result.unkept))
        }
        if result.failure == nil, step.effect.isTransaction, !isResolved {
            transactions.insert(node)
            return
        }
        outputs[step.id] = result.output
        nodes[node].state = .over
        for dependent in nodes[node].dependents {
            let isOther = isOther(dependent, than: node)
            // Other services cannot rely on what Authentik did not keep.
            if result.failure != nil || isOther && !result.unkept.isEmpty {
                skip(dependent, isOther ? Self.notAttempted(nodes[dependent].step.id, after: step.id) : nil)
            } else {
                nodes[dependent].open -= 1
                if nodes[dependent].open == 0, nodes[dependent].state == .waiting { enqueue(dependent) }
            }
        }
        finish(nodes[node].service)
    }

    /// Leaves out a step and everything that comes after it.
    ///
    /// - Parameter reason: nil if the service has failed already, or should not fail because of it.
    private mutating func skip(_ node: Int, _ reason: ServiceFailure?) {
        var rest = [(node, reason)]
        while let (node, reason) = rest.popLast() {
            guard nodes[node].state == .waiting else { continue }
            nodes[node].state = .over
            doneSteps += 1
            if let service = nodes[node].service {
                services[service].fail(reason)
            } else {
                sharedFailures[nodes[node].step.id] = reason
            }
            rest += nodes[node].dependents.map { dependent in
                let (step, before) = (nodes[dependent].step.id, nodes[node].step.id)
                return (dependent, isOther(dependent, than: node) ? Self.notAttempted(step, after: before) : nil)
            }
            finish(nodes[node].service)
        }
    }

    /// Whether a step does not fail automatically with a step that it comes after, but needs a reason of its own.
    private func isOther(_ dependent: Int, than node: Int) -> Bool {
        nodes[dependent].service == nil || nodes[dependent].service != nodes[node].service
    }

    /// Records the end of a step of a service; after the last one, its mark is corrected, or what was only prepared is
    /// taken back, if necessary.
    private mutating func finish(_ service: Int?) {
        guard let service else { return }
        services[service].open -= 1
        guard services[service].open == 0 else { return }
        guard let mark = services[service].correctedMark else { return conclude(service) }
        let correction = Effect.updateMark(entitlement: mark.entitlement, MarkContent(mark.mark))
        push(correction, of: service, .correction(service: service))
    }

    private mutating func conclude(_ service: Int) {
        guard let effect = services[service].nextUndoing() else { return ended.append(service) }
        push(effect, of: service, .undoing(service: service))
    }

    /// Schedules a write of a service after all its steps.
    private mutating func push(_ effect: Effect, of service: Int, _ subject: Job.Subject) {
        begun.push(Job(subject: subject, task: .step(effect, services[service].context), takesSlot: true))
    }

    // MARK: - What outposts serve

    /// Schedules the changes due for each outpost; an outpost that both gains and loses a provider gets one write.
    ///
    /// - Returns: whether there were any.
    mutating func gatherMemberships() -> Bool {
        let due = memberships.filter { nodes[$0].state == .waiting }
        memberships = []
        var byOutpost: [String: [(node: Int, membership: OutpostMembership)]] = [:]
        for node in due {
            guard case .serve(let membership) = nodes[node].step.effect else { continue }
            byOutpost[membership.outpost, default: []].append((node, membership))
        }
        for (_, members) in byOutpost.sorted(by: { $0.key < $1.key }) {
            for member in members { nodes[member.node].state = .sent }
            let steps = members.map { ($0.membership, context(of: $0.node)) }
            let task: Job.Task
            if let write = OutpostWrite(steps) {
                task = .outpost(write)
            } else {
                task = .step(nodes[members[0].node].step.effect, steps[0].1)
            }
            begun.push(Job(subject: .nodes(members.map(\.node)), task: task, takesSlot: true))
        }
        return !due.isEmpty
    }

    // MARK: - Transactions

    /// Whether nothing can go on until the objects of transactions are known.
    var isLookNeeded: Bool { !transactions.isEmpty }

    /// Schedules the look-up of all applications and, at the same time, providers.
    mutating func look() {
        let sent = transactions.sorted().compactMap(transaction)
        let withBindings = sent.contains { !$0.bindings.isEmpty }
        let names = Dictionary(grouping: sent, by: \.kind).mapValues { $0.map(\.providerName) }
        let task = Job.Task.look(providers: names, withBindings: withBindings)
        begun.push(Job(subject: .look, task: task, takesSlot: true))
    }

    private mutating func resolve(with look: TransactionLook) {
        for node in transactions.sorted() {
            guard let transaction = transaction(node) else { continue }
            if let result = look.result(of: transaction, release) {
                end(node, result)
            } else {
                begun.push(Job(subject: .node(node), task: .resolution(transaction, look), takesSlot: true))
            }
        }
    }

    private func transaction(_ node: Int) -> SentTransaction? {
        SentTransaction(nodes[node].step.effect, context(of: node))
    }

    /// Fails what comes after transactions whose objects cannot be looked up.
    mutating func giveUpTransactions(_ reason: String) {
        for node in transactions.sorted() { end(node, StepResult(failure: .unmarked(reason))) }
    }

    // MARK: - Outcomes

    var outcomes: [ServiceOutcome] { services.indices.map(outcome) }

    /// The outcome of a service.
    func outcome(of index: Int) -> ServiceOutcome {
        let service = services[index]
        var failure = service.failure
        if service.open > 0 { failure = failure ?? Self.waitsForItself }
        return ServiceOutcome(plan: service.plan, failure: failure, written: service.written, made: service.made)
    }

    /// The outcome of a shared object.
    func outcome(of plan: SharedObjectPlan) -> SharedOutcome {
        guard let step = plan.step else { return SharedOutcome(plan: plan) }
        let failure = failure(of: step)?.located(plan.expression)
        return SharedOutcome(plan: plan, failure: failure, made: outputs[step.id]?.pk(of: plan.kind))
    }

    /// Why a step of a shared object was not done; nil if it was.
    func failure(of step: Step) -> ServiceFailure? {
        sharedFailures[step.id] ?? (outputs[step.id] == nil ? Self.waitsForItself : nil)
    }

    private static let waitsForItself = ServiceFailure("not attempted: its steps wait for each other")
    private static let timeIsUp = notBegun("the time limit of this pass was reached")
    private static let tokenRefused = notBegun("Authentik rejected the token")

    private static func notBegun(_ reason: String) -> ServiceFailure {
        var failure = ServiceFailure("not attempted: \(reason)")
        failure.isNotBegun = true
        return failure
    }

    private static func notAttempted(_ step: Step.ID, after id: Step.ID) -> ServiceFailure {
        guard let slug = id.service else {
            return ServiceFailure("not attempted: \(id.name) is needed for it, and was not done")
        }
        if step.place == .federation {
            let field = OAuth2Provider.Row.federatedProviders.name.rawValue
            return ServiceFailure("\(field) is not set: '\(slug)' has no provider yet and got none in this pass")
        }
        return ServiceFailure(
            "not attempted: '\(slug)' has to release something it needs first, and did not"
        )
    }
}

/// First in, first out.
private struct Queue<Element> {
    private var elements: [Element?] = []
    private var head = 0

    mutating func push(_ element: Element) { elements.append(element) }

    mutating func pop() -> Element? {
        guard head < elements.count else { return nil }
        defer {
            elements[head] = nil
            head += 1
        }
        return elements[head]
    }
}
