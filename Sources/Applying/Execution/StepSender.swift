import AuthentikAPI
import Base
import JSON
import Kinds
import KubernetesAPI
import Planning

/// What a step made, for the steps that refer to it.
struct StepOutput: Sendable {
    /// What stands for an object in the fields of others, by its kind.
    var pks: [Kind: JSONValue] = [:]
    /// The bindings that a transaction made, by what they bind.
    var bindings: [BindingSubject: String] = [:]
    /// The pk of a mark.
    var mark: String?
    /// The time of the restart that it begins.
    var time: String?

    var application: String? { pks[.application]?.string }
    /// Of whatever kind: a proxy provider is an OAuth2 provider with some fields more.
    var provider: Int? { pks[.oauth2Provider]?.integer }
    /// The pks of all bindings.
    var madeBindings: [String] { [pks[.policyBinding]?.string].compactMap(\.self) + bindings.values.sorted() }
    /// Of what is no service's.
    func pk(of kind: Kind) -> String? { pks[kind].flatMap { $0.string ?? $0.integer.map(String.init) } }
}

/// What a step is sent with, beyond what the plan says.
struct StepContext: Sendable {
    /// The fields of the provider that the file sets.
    var declaredProviderFields: [String] = []
    /// What Authentik did not keep of the service so far.
    var unkept: [UnkeptField] = []
    /// Whether the service is made by a transaction, whose answer does not tell what was kept.
    var isTransaction = false
    /// Whether what that made was there when it was looked up, and may be somebody else's.
    var isFound = false
    /// What the steps made that this one refers to.
    var outputs: [Step.ID: StepOutput] = [:]

    /// Nil if the step did not make it.
    func value<Value>(_ ref: Ref<Value>, _ value: (StepOutput) -> Value?) -> Value? {
        switch ref {
        case .existing(let there): there
        case .made(let step): outputs[step].flatMap(value)
        }
    }
}

extension StepContext {
    /// What the endpoint calls an object, perhaps one that was made meanwhile.
    ///
    /// - Throws: ``ServiceFailure`` if it is not known.
    fileprivate func key(of object: ObjectKey) throws(ServiceFailure) -> String {
        guard let maker = object.maker else { return object.key }
        guard let pk = outputs[maker]?.pk(of: object.kind) else {
            throw ServiceFailure("the answer lacks its \(object.kind.noun)'s pk")
        }
        return pk
    }

    /// A binding that was made, as a mark remembers it; nil if what it binds is not known.
    fileprivate func bound(_ pending: MarkContent.PendingBinding) -> BoundSubject? {
        let maker = pending.kind == .group ? Kind.group : .expressionPolicy
        let made = value(pending.subject) { output in
            output.pks[maker]?.string.map { BindingSubject(pending.kind, pk: $0) }
        }
        guard let subject = made else { return nil }
        let output = pending.binding.flatMap { outputs[$0] }
        let binding = output?.pks[.policyBinding]?.string ?? output?.bindings[subject]
        return BoundSubject(subject, name: pending.name, binding: binding, order: pending.order)
    }
}

/// What came of a step.
struct StepResult: Sendable {
    var output = StepOutput()
    /// What the answer has otherwise than it was sent.
    var unkept: [UnkeptField] = []
    /// The mark that was written.
    var mark: StandingMark?
    /// Whether an object was found, because no clear answer came, and may be somebody else's.
    var isFound = false
    /// Why it is not known what was kept.
    var doubt: ServiceFailure?
    var failure: ServiceFailure?
    var isTokenRefused = false
}

/// Sends steps, and compares what comes back with what was sent.
struct StepSender: Sendable {
    let client: AuthentikClient
    let release: Release
    let kubernetes: KubernetesAccess?
    let clock: RestartClock

    func send(_ effect: Effect, _ context: StepContext) async -> StepResult {
        var result = StepResult()
        do {
            try await send(effect, context, &result)
        } catch {
            result.isTokenRefused = (error as? AuthentikError)?.kind == .invalidToken
            result.failure = failure(error)
            if context.isTransaction, case .createMark = effect, !(error is ServiceFailure) {
                result.failure = .unmarked(error)
            }
        }
        return result
    }

    /// - Throws: ``ServiceFailure``, `AuthentikError`, `WritesStopped`, or `CancellationError`.
    private func send(_ effect: Effect, _ context: StepContext, _ result: inout StepResult) async throws {
        switch effect {
        case .create(let objects):
            if let transaction = SentTransaction(effect, context) {
                result.isFound = try await transaction.send(client)
                return
            }
            for object in objects {
                let written = try await writes(of: object.kind).create(client, object.sent(context))
                result.output.pks[object.kind == .proxyProvider ? .oauth2Provider : object.kind] = written.reference
                try take(written, context, &result)
            }
        case .update(let object, let fields):
            let writes = try writes(of: object.kind)
            try take(try await writes.update(client, context.key(of: object), fields.sent(context)), context, &result)
        case .delete(let object): try await client.delete(object.kind.endpoint, key: object.key)
        case .claim(let application, let content):
            guard let pk = context.value(application, \.application) else {
                throw ServiceFailure.unmarked("the answer lacks its application's pk")
            }
            try await createMark(finished(content, context, time: nil), on: pk, &result)
        case .createMark(let application, let content, let claim):
            let mark = finished(content, context, time: nil)
            if let claim = claim.flatMap({ context.outputs[$0]?.mark }) {
                try await updateMark(mark, claim, &result)
            } else if let pk = context.value(application, \.application) {
                try await createMark(mark, on: pk, &result)
            } else {
                throw ServiceFailure.unmarked("the answer lacks its application's pk")
            }
        case .updateMark(let entitlement, let content):
            if case .now(let last) = content.restartTime { result.output.time = clock.time(after: last) }
            let mark = finished(content, context, time: result.output.time)
            try await updateMark(mark, entitlement, &result)
        case .deleteMark(let entitlement): try await client.deleteEntitlement(pk: entitlement)
        case .restart(let workload, let time):
            guard let time = context.value(time, \.time) else {
                throw ServiceFailure("the time of its restart is unknown")
            }
            try await kubernetesWrites.restart(workload, at: time)
        case .publish(let content): try await kubernetesWrites.publish(content)
        case .serve(let membership):
            guard let write = OutpostWrite([(membership, context)]) else {
                throw ServiceFailure("the provider for the outpost is unknown")
            }
            try await write.send(client)
        }
    }

    /// Sends a write that is several services'.
    func send(_ write: OutpostWrite) async -> StepResult {
        var result = StepResult()
        do {
            try await write.send(client)
        } catch {
            result.isTokenRefused = (error as? AuthentikError)?.kind == .invalidToken
            result.failure = failure(error)
        }
        return result
    }

    private var kubernetesWrites: KubernetesWrites { KubernetesWrites(kubernetes: kubernetes, gate: client.gate) }

    private func writes(of kind: Kind) throws(ServiceFailure) -> ObjectWrites {
        guard let writes = kind.writes else { throw ServiceFailure("this program writes no \(kind.id)") }
        return writes
    }

    /// Takes note of what an answer does not hold.
    ///
    /// - Throws: ``ServiceFailure`` if nothing of the service may follow.
    private func take(_ object: WrittenObject, _ context: StepContext, _ result: inout StepResult) throws {
        if object.isFound, !object.unkept.isEmpty { throw ServiceFailure.madeByOthers }
        result.unkept = object.unkept
        // No client is told of a secret that is not in force, and nothing is opened that is not guarded.
        if object.unkept.contains(where: { $0.isCredential || $0.isOfAccess }) {
            throw ServiceFailure.complaint(about: context.unkept + object.unkept)
        }
    }

    // MARK: - Marks

    /// A mark as it is to be written now: it names what was made, and not as applied what Authentik did not keep.
    ///
    /// - Parameter time: of the restart that begins with it.
    private func finished(_ content: MarkContent, _ context: StepContext, time: String?) -> OwnershipMark {
        var mark = content.mark
        mark.provider = content.provider.flatMap { context.value($0, \.provider) }
        if !content.bindings.isEmpty {
            let made = content.bindings.compactMap { context.bound($0) }
            mark.access = ((mark.access ?? []) + made).sorted()
        }
        if case .begun(let step) = content.restartTime {
            mark.rotation?.at = context.outputs[step]?.time
        } else if let time {
            mark.rotation?.at = time
        }
        mark.leaveOut(context.unkept, isCertain: !context.isTransaction, release)
        return mark
    }

    private func createMark(_ mark: OwnershipMark, on application: String, _ result: inout StepResult) async throws {
        let creation = try await client.createEntitlement(
            named: OwnershipMark.entitlementName,
            application: application,
            attributes: mark.attributes
        )
        guard creation.object.attributes == mark.attributes else {
            guard creation.isFound else { throw ServiceFailure.markNotKept }
            let owner = Self.owner(of: creation.object)
            throw ServiceFailure.outdated("its application was marked in the meantime\(owner)")
        }
        result.output.mark = creation.object.pk
        result.mark = StandingMark(entitlement: creation.object.pk, mark: mark)
    }

    private func updateMark(_ mark: OwnershipMark, _ entitlement: String, _ result: inout StepResult) async throws {
        let updated = try await client.updateEntitlement(pk: entitlement, attributes: mark.attributes)
        guard updated.attributes == mark.attributes else { throw ServiceFailure.markNotKept }
        result.mark = StandingMark(entitlement: entitlement, mark: mark)
    }

    private static func owner(of entitlement: ApplicationEntitlement) -> String {
        switch OwnershipMark.read(entitlement.attributes) {
        case .mark(let mark): " by the owner '\(mark.owner)'"
        case .newer(_, let owner): owner.map { " by the owner '\($0)'" } ?? ""
        case .unreadable: ""
        }
    }

    // MARK: - Transactions

    /// Finds out what a transaction made that a look did not show.
    func resolve(_ transaction: SentTransaction, _ look: TransactionLook) async -> StepResult {
        do {
            guard let application = try await client.application(slug: transaction.slug) else {
                let reason = "it was deleted before it could be marked"
                return StepResult(failure: .unmarked(reason, isOutdated: true))
            }
            return look.result(of: transaction, application, release)
        } catch {
            return StepResult(failure: .unmarked(error))
        }
    }

    private func failure(_ error: any Error) -> ServiceFailure {
        switch error {
        case let failure as ServiceFailure: failure
        case let stopped as WritesStopped: ServiceFailure("not finished: \(stopped)")
        case let error as AuthentikError: ServiceFailure(error)
        default: ServiceFailure("not finished: \(client.gate.closed?.reason ?? "the pass was cancelled")")
        }
    }
}

extension ObjectFields {
    /// With all that they name.
    func sent(_ context: StepContext) -> SentFields {
        let assignments = assignments.map { assignment in
            var assignment = assignment
            assignment.value = assignment.value.naming { made in
                context.outputs[Step.ID(ofShared: made)]?.pks[made.kind]
            }
            for reference in references where reference.field == assignment.field {
                guard let name = reference.element else { continue }
                let pk = context.value(reference.object) { $0.pks[reference.kind] }
                assignment.value = assignment.value.naming(name, pk ?? .null)
            }
            return assignment
        }
        var sent = SentFields(assignments, declared: context.declaredProviderFields)
        for reference in references where reference.element == nil {
            sent.references[reference.field] = context.value(reference.object) { $0.pks[reference.kind] } ?? .null
        }
        return sent
    }
}
