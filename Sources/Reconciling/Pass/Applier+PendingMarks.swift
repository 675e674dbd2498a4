import AuthentikAPI
import Base
import JSON
import Planning

/// Marks of what transactions made, and what Authentik kept of it.
extension Applier {
    /// What is there after the transactions of a pass.
    private struct Look: Sendable {
        var applications: [String: Application] = [:]
        var providers: [Int: OAuth2Provider] = [:]
        /// Why the providers cannot be compared; nil if they can.
        var complaint: String?
    }

    /// Writes the marks that wait for the pks of their applications.
    ///
    /// It costs one list of applications and, at the same time, one of providers; only its own provider if just one was
    /// made.
    func writePendingMarks(_ services: [ServiceProgress]) async -> [ServiceProgress] {
        let pending = services.filter { $0.pendingMark != nil && $0.failure == nil }
        guard !pending.isEmpty else { return services }
        if let stopped = client.gate.closed {
            return services.map { service in
                var service = service
                if service.pendingMark != nil { service.failure = service.failure ?? unmarked("\(stopped)") }
                return service
            }
        }
        let look = await self.look(for: pending.compactMap(\.createdProvider))
        return await concurrently(services, limit: concurrency) { service, _ in
            await writePendingMark(service, look)
        }
    }

    /// - Parameter names: of the providers that were made.
    private func look(for names: [String]) async -> Look {
        async let listed = client.listedApplications()
        async let providers = self.providers(names)
        var look = Look()
        // What the list does not show, because it failed or the account may not open it, is read by slug.
        let rows = (try? await listed.rows) ?? []
        look.applications = Dictionary(rows.map { ($0.slug, $0) }, uniquingKeysWith: { first, _ in first })
        do {
            look.providers = Dictionary(
                try await providers.map { ($0.pk, $0) },
                uniquingKeysWith: { first, _ in first }
            )
        } catch {
            look.complaint = "what Authentik kept of its provider could not be read: \(error)"
        }
        return look
    }

    private func providers(_ names: [String]) async throws -> [OAuth2Provider] {
        guard let only = names.first, names.count == 1 else { return try await client.providers() }
        return try await client.provider(named: only).map { [$0] } ?? []
    }

    private func writePendingMark(_ service: ServiceProgress, _ look: Look) async -> ServiceProgress {
        var service = service
        guard let mark = service.pendingMark, service.failure == nil else { return service }
        do {
            guard let application = try await found(service.plan.slug, look) else {
                service.failure = unmarked("it was gone again before it could be marked", isOutdated: true)
                return service
            }
            service.made = MadeObjects(application: application.pk, provider: application.provider)
            try service.compare(application, application.provider.flatMap { look.providers[$0] }, look.complaint)
            try await createMark(service.completed(mark, isCertain: false), on: application.pk, &service)
            service.written.append(.createMark)
            service.failure = service.unkept.isEmpty ? look.complaint.map { ServiceFailure($0) } : service.complaint
        } catch let failure as ServiceFailure {
            service.failure = failure
        } catch {
            service.failure = unmarked("\(error)", isOutdated: (error as? AuthentikError)?.mayBeOutdated ?? false)
        }
        return service
    }

    private func found(_ slug: String, _ look: Look) async throws -> Application? {
        if let application = look.applications[slug] { return application }
        return try await client.application(slug: slug)
    }

    private func unmarked(_ reason: String, isOutdated: Bool = false) -> ServiceFailure {
        var failure = ServiceFailure("created, but without its ownership mark, which the next pass writes: \(reason)")
        failure.mayBeOutdated = isOutdated
        return failure
    }

    /// Publishes what waited for a mark.
    func publishPending(_ services: [ServiceProgress]) async -> [ServiceProgress] {
        guard services.contains(where: { $0.pendingContent != nil && $0.mayBeTold }) else { return services }
        return await concurrently(services, limit: concurrency) { service, slots in
            guard let content = service.pendingContent, service.mayBeTold else { return service }
            var service = service
            do {
                try await slots.outside { try await kubernetesWrites.publish(content) }
                service.written.append(.publish)
            } catch {
                service.failure = failure(error)
            }
            return service
        }
    }
}

extension ServiceProgress {
    /// The name of the provider that its transaction made; nil if there was none.
    fileprivate var createdProvider: String? {
        transaction?.provider.first { $0.field == "name" }?.value.json.string
    }

    private var transaction: (application: [FieldAssignment], provider: [FieldAssignment])? {
        for case .createApplicationAndProvider(let application, let provider) in plan.writes {
            return (application, provider)
        }
        return nil
    }

    /// Compares what a transaction made with what was sent.
    ///
    /// - Parameters:
    ///   - provider: that of the application; nil if it was not seen.
    ///   - complaint: why none was seen.
    /// - Throws: ``ServiceFailure`` if it is another one's.
    fileprivate mutating func compare(
        _ application: Application,
        _ provider: OAuth2Provider?,
        _ complaint: String?
    ) throws {
        guard let transaction else { return }
        var fields = application.unkept(of: transaction.application)
        if let provider {
            fields += provider.unkept(of: transaction.provider, declared: declaredProviderFields, release)
        } else if complaint == nil {
            throw ServiceFailure.outdated("its provider was gone again before it could be marked")
        }
        if isFound, !fields.isEmpty { throw Self.made }
        note(fields)
    }

    /// Whether clients may be told of its provider: everything is there, but for fields that they do not depend on.
    fileprivate var mayBeTold: Bool {
        failure == nil || failure == complaint && !unkept.contains(where: \.isCredential)
    }
}
