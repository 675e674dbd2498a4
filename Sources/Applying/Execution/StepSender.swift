import AuthentikAPI
import Base
import JSON
import Kinds
import KubernetesAPI
import Planning

/// What a step created, for the steps that refer to it.
struct StepOutput: Sendable {
    /// The value that refers to an object in other objects' fields, by the object's kind.
    var pks: [Kind: JSONValue] = [:]
    /// The pks of the bindings that a transaction created, by subject.
    var bindings: [BindingSubject: String] = [:]
    /// The pk of a mark.
    var mark: String?
    /// The time of the restart that it begins.
    var time: String?

    var application: String? { pks[.application]?.string }
    /// Of any kind: a proxy provider is an OAuth2 provider with additional fields.
    var provider: Int? { pks[.oauth2Provider]?.integer }
    /// The pks of all bindings.
    var madeBindings: [String] { [pks[.policyBinding]?.string].compactMap(\.self) + bindings.values.sorted() }
    /// For a shared object.
    func pk(of kind: Kind) -> String? { pks[kind].flatMap { $0.string ?? $0.integer.map(String.init) } }
}

/// What is needed to send a step besides the plan.
struct StepContext: Sendable {
    /// The fields of the provider that the file sets.
    var declaredProviderFields: [String] = []
    /// What Authentik did not keep of the service so far.
    var unkept: [UnkeptField] = []
    /// Whether the service is created by a transaction, whose answer does not show what was kept.
    var isTransaction = false
    /// Whether the transaction's objects were found by a look-up, so that they may be somebody else's.
    var isFound = false
    /// The outputs of the steps that this one refers to.
    var outputs: [Step.ID: StepOutput] = [:]

    /// Nil if the step did not create it.
    func value<Value>(_ ref: Ref<Value>, _ value: (StepOutput) -> Value?) -> Value? {
        switch ref {
        case .existing(let there): there
        case .made(let step): outputs[step].flatMap(value)
        }
    }
}

extension StepContext {
    /// The key of an object for its endpoint, possibly of one that was created meanwhile.
    ///
    /// - Throws: ``ServiceFailure`` if it is unknown.
    fileprivate func key(of object: ObjectKey) throws(ServiceFailure) -> String {
        guard let maker = object.maker else { return object.key }
        guard let pk = outputs[maker]?.pk(of: object.kind) else {
            throw ServiceFailure("the answer lacks its \(object.kind.noun)'s pk")
        }
        return pk
    }

    /// A created binding, as a mark records it; nil if its subject is unknown.
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

/// The result of a step.
struct StepResult: Sendable {
    var output = StepOutput()
    /// Fields that the answer has with other values than were sent.
    var unkept: [UnkeptField] = []
    /// The mark that was written.
    var mark: StandingMark?
    /// Whether the object was found by a look-up because no clear answer came, so that it may be somebody else's.
    var isFound = false
    /// Why it is unknown what was kept.
    var doubt: ServiceFailure?
    var failure: ServiceFailure?
    var isTokenRefused = false
}

/// Sends steps, and compares the answers with what was sent.
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
            var failure = failure(error)
            if effect.marksNewApplication, !(error is ServiceFailure) {
                failure = .unmarked(error)
            } else if effect.mark != nil, (error as? AuthentikError)?.kind == .rejected {
                failure.message = "its ownership mark is not written: \(failure.message)"
            }
            result.failure = failure
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

    /// Sends a write for several services.
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

    /// Records the fields that an answer does not have.
    ///
    /// - Throws: ``ServiceFailure`` if no further step of the service may follow.
    private func take(_ object: WrittenObject, _ context: StepContext, _ result: inout StepResult) throws {
        if object.isFound, !object.unkept.isEmpty { throw ServiceFailure.madeByOthers }
        result.unkept = object.unkept
        // Never publish a secret that is not in force, and never open anything that is not protected.
        if object.unkept.contains(where: { $0.isCredential || $0.isOfAccess }) {
            throw ServiceFailure.complaint(about: context.unkept + object.unkept)
        }
    }

    // MARK: - Marks

    /// A mark as it should be written now: it names what was created, and leaves out what Authentik did not keep.
    ///
    /// - Parameter time: the time of the restart that begins with it.
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

    /// Finds out what a transaction created that the common look-up did not show.
    func resolve(_ transaction: SentTransaction, _ look: TransactionLook) async -> StepResult {
        do {
            guard let application = try await client.application(slug: transaction.slug) else {
                let reason = "it was deleted before it could be marked"
                return StepResult(failure: .unmarked(reason, isOutdated: true))
            }
            var look = look
            if let provider = application.provider {
                try await look.look(for: provider, of: transaction.kind, client)
            }
            try await look.lookForBindings(of: application.pk, client)
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
    /// These fields, with all references resolved.
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
