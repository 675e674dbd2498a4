package import AuthentikAPI
package import Base
package import DesiredState
import Kinds
package import Secrets

/// Verifies that logins work, as far as possible without logging in, and leaves no trace.
///
/// A service with access rules is probed like any other: a login ends before the user is identified.
///
/// Probes are sent where browsers and services go: to the `publicURL` of the file, else to the address of Authentik. The
/// client secret is sent to the latter only, and the API's token with no probe. Probes end for all services as soon as
/// Authentik is slow or does not answer.
package struct Verifier: Sendable {
    private let client: AuthentikClient
    package var limits = ProbeLimits()
    /// Whether Authentik is a sandbox, so that requests to other hosts are also sent to it; a server that identifies
    /// itself as a sandbox is one in any case.
    package var isSandbox = false
    /// What the program was called with, for the commands in remedies.
    package var invocation = Invocation()

    package init(client: AuthentikClient) {
        self.client = client
    }

    /// - Parameters:
    ///   - isIncluded: which services to verify, by slug.
    ///   - secrets: the results of looking them up.
    /// - Throws: ``AuthentikError`` if the objects that services refer to cannot be read, or `CancellationError`.
    package func verify(
        _ desired: DesiredState,
        where isIncluded: (_ slug: String) -> Bool = { _ in true },
        secrets: [SecretReference: SecretLook]
    ) async throws -> VerificationReport {
        let services = desired.services.filter { isIncluded($0.slug) }
        let seen = try await seenObjects(for: services, of: desired)
        // After the first answers, which identify a sandbox.
        let isSandbox = isSandbox || client.isSandbox
        let start = ContinuousClock.now
        let address = isSandbox ? client.address.description : desired.publicURL ?? client.address.description
        let expectations = services.filter(\.isProbed).compactMap { service in
            service.expectation(at: address, seen: seen, secrets: secrets, declared: desired.scopeMappings)
        }.map { isSandbox ? redirected($0) : $0 }
        let course = ProbeCourse()
        let prober = Prober(client: client, address: address, limits: limits, course: course)
        let verified = try await probe(expectations, prober)
        return VerificationReport(
            release: seen.release,
            address: address,
            services: verified.map { $0.completed(invocation) }.sorted { $0.slug < $1.slug },
            withoutLogin: services.count { $0.login == nil || $0.state == .absent },
            leftOut: services.count { $0.login != nil && $0.state == .present && !$0.verifies },
            requests: course.requests,
            stopped: course.stopped,
            duration: .now - start,
            serverTime: course.serverTime
        )
    }

    /// The providers are listed, or looked up by name where that takes fewer requests.
    private func seenObjects(for services: [Service], of desired: DesiredState) async throws -> SeenObjects {
        let names = services.compactMap(\.oauth2Name)
        let all = desired.services.count { $0.oauth2Name != nil }
        async let release = client.release()
        let isListed = (names.count - 1) * AuthentikClient.pageSize >= all
        async let providers = isListed ? client.providers() : providers(of: services)
        async let keys = client.keys()
        async let scopeMappings = client.scopeMappings()
        return try await SeenObjects(
            release: release,
            providers: providers,
            keys: keys,
            scopeMappings: scopeMappings
        )
    }

    private func providers(of services: [Service]) async throws -> [OAuth2Provider] {
        let names = services.compactMap(\.oauth2Name)
        let found = try await client.inParallel(names) { try await client.provider(named: $0) }.compactMap(\.self)
        let linked = Set(found.compactMap(\.applicationSlug))
        // One that has another name in Authentik is only found in the list.
        let isWhole = services.allSatisfy { $0.oauth2Name == nil || linked.contains($0.slug) }
        return isWhole ? found : try await client.providers()
    }

    /// A sandbox answers for every host.
    private func redirected(_ expectation: Expectation) -> Expectation {
        switch expectation {
        case .outpost(var outpost):
            outpost.externalHost = client.address.description
            return .outpost(outpost)
        case .oidc(var login):
            // The service does not exist.
            login.button = nil
            return .oidc(login)
        }
    }

    private func probe(_ expectations: [Expectation], _ prober: Prober) async throws -> [ServiceVerification] {
        try await withThrowingTaskGroup(of: ServiceVerification.self) { group in
            var waiting = expectations.makeIterator()
            func startNext() {
                guard let expectation = waiting.next() else { return }
                group.addTask { try await prober.probe(expectation) }
            }
            for _ in 0..<limits.atOnce { startNext() }
            var verified: [ServiceVerification] = []
            for try await service in group {
                verified.append(service)
                startNext()
            }
            return verified
        }
    }
}

extension Service {
    /// The name of its OAuth2 provider; nil if it has none.
    fileprivate var oauth2Name: String? {
        guard state == .present, case .oauth2(let provider) = login else { return nil }
        return provider.name
    }
}
