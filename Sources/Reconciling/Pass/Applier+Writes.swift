import AuthentikAPI
import Base
import JSON
import Planning

extension Applier {
    /// Sends a write, and compares what comes back with what was sent.
    ///
    /// - Throws: ``ServiceFailure``, `AuthentikError`, `WritesStopped`, or `CancellationError`.
    func send(_ write: Write, _ progress: inout ServiceProgress, _ slots: Slots) async throws {
        switch write {
        case .createApplicationAndProvider(let application, let provider):
            let found = try await client.createApplicationAndProvider(
                application: body(application),
                provider: body(provider),
                slug: progress.plan.slug
            )
            progress.isFound = found != nil
        case .createProvider(let assignments):
            let creation = try await client.createProvider(body(assignments), name: name(in: assignments))
            progress.made.provider = creation.object.pk
            try progress.take(unkept(creation.object, assignments, progress), isFound: creation.isFound)
        case .updateProvider(let pk, let assignments):
            let updated = try await client.updateProvider(pk: pk, body(assignments))
            try progress.take(unkept(updated, assignments, progress))
        case .createApplication(let assignments, let link):
            let provider = link?.provider(progress.made)
            let body = body(assignments, provider: provider, isLinked: link != nil)
            let creation = try await client.createApplication(body, slug: progress.plan.slug)
            progress.made.application = creation.object.pk
            try progress.take(creation.object.unkept(of: assignments, link: provider), isFound: creation.isFound)
        case .updateApplication(let slug, let assignments, let link):
            let provider = link?.provider(progress.made)
            let body = body(assignments, provider: provider, isLinked: link != nil)
            let updated = try await client.updateApplication(slug: slug, body)
            try progress.take(updated.unkept(of: assignments, link: provider))
        case .createMark(let application, let mark):
            guard let pk = application ?? progress.made.application else {
                progress.pendingMark = mark
                return
            }
            if let claim = progress.made.mark {
                try await updateMark(progress.completed(mark), claim, &progress)
            } else {
                try await createMark(progress.completed(mark), on: pk, &progress)
            }
        case .updateMark(let entitlement, var mark):
            if let time = progress.restartedAt { mark.rotation?.at = time }
            try await updateMark(progress.completed(mark), entitlement, &progress)
        case .restartWorkload(let workload, let time):
            let time = progress.restartedAt ?? clock.time(time)
            try await slots.outside { try await kubernetesWrites.restart(workload, at: time) }
        case .publish(let content):
            guard progress.pendingMark == nil else {
                progress.pendingContent = content
                return
            }
            try await slots.outside { try await kubernetesWrites.publish(content) }
        case .deleteProvider(let pk):
            try await client.deleteProvider(pk: pk)
        case .deleteApplication(let slug):
            try await client.deleteApplication(slug: slug)
        case .deleteMark(let entitlement):
            try await client.deleteEntitlement(pk: entitlement)
        }
    }

    var kubernetesWrites: KubernetesWrites { KubernetesWrites(kubernetes: kubernetes, gate: client.gate) }

    // MARK: - Marks

    func createMark(_ mark: OwnershipMark, on application: String, _ progress: inout ServiceProgress) async throws {
        let creation = try await client.createEntitlement(
            named: OwnershipMark.entitlementName,
            application: application,
            attributes: mark.attributes
        )
        guard creation.object.attributes == mark.attributes else {
            guard creation.isFound else { throw Self.markNotKept }
            throw ServiceFailure.outdated("its application was marked meanwhile\(Self.owner(of: creation.object))")
        }
        progress.made.mark = creation.object.pk
        progress.marked(mark, creation.object.pk)
    }

    func updateMark(_ mark: OwnershipMark, _ entitlement: String, _ progress: inout ServiceProgress) async throws {
        let updated = try await client.updateEntitlement(pk: entitlement, attributes: mark.attributes)
        guard updated.attributes == mark.attributes else { throw Self.markNotKept }
        progress.marked(mark, entitlement)
    }

    private static let markNotKept = ServiceFailure("Authentik does not keep the ownership mark as it was sent")

    private static func owner(of entitlement: ApplicationEntitlement) -> String {
        switch OwnershipMark.read(entitlement.attributes) {
        case .mark(let mark): " by the owner '\(mark.owner)'"
        case .newer(_, let owner): owner.map { " by the owner '\($0)'" } ?? ""
        case .unreadable: ""
        }
    }

    // MARK: - Bodies and answers

    private func body(_ assignments: [FieldAssignment]) -> WriteBody {
        WriteBody(
            Dictionary(assignments.map { ($0.field, $0.value.json) }, uniquingKeysWith: { $1 }),
            secrets: assignments.compactMap(\.value.secret)
        )
    }

    private func body(_ assignments: [FieldAssignment], provider: Int?, isLinked: Bool) -> WriteBody {
        var body = body(assignments)
        if isLinked { body.fields["provider"] = provider.map { .integer($0) } ?? .null }
        return body
    }

    private func name(in assignments: [FieldAssignment]) -> String {
        assignments.first { $0.field == "name" }?.value.json.string ?? ""
    }

    private func unkept(
        _ provider: OAuth2Provider,
        _ assignments: [FieldAssignment],
        _ progress: ServiceProgress
    ) -> [UnkeptField] {
        provider.unkept(of: assignments, declared: progress.declaredProviderFields, release)
    }
}

extension ProviderLink {
    /// The pk that an application gets.
    fileprivate func provider(_ made: MadeObjects) -> Int? {
        switch self {
        case .existing(let pk): pk
        case .created: made.provider
        }
    }
}
