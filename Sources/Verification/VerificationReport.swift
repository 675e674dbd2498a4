package import AuthentikAPI
import Base

/// The result of probing the services of a file.
package struct VerificationReport: Sendable, Equatable {
    package var release: Release
    /// The base URL of the OAuth2 endpoints, as browsers and services use it.
    package var address: String
    /// The services with a login, ordered by slug.
    package var services: [ServiceVerification]
    /// The number of services without a login.
    package var withoutLogin: Int
    /// The number of services with a login that the file excludes.
    package var leftOut: Int
    /// The number of probes that were sent.
    package var requests: Int
    /// Why the probes ended early, as a clause; nil if they did not.
    package var stopped: String?
    package var duration: Duration
    /// How long Authentik took to answer the probes, all of them together.
    package var serverTime: Duration

    package init(
        release: Release,
        address: String,
        services: [ServiceVerification],
        withoutLogin: Int,
        leftOut: Int = 0,
        requests: Int,
        stopped: String? = nil,
        duration: Duration,
        serverTime: Duration = .zero
    ) {
        self.release = release
        self.address = address
        self.services = services
        self.withoutLogin = withoutLogin
        self.leftOut = leftOut
        self.requests = requests
        self.stopped = stopped
        self.duration = duration
        self.serverTime = serverTime
    }

    package var isVerified: Bool { services.allSatisfy { $0.state == .verified } }

    package func count(_ state: ServiceVerification.State) -> Int { services.count { $0.state == state } }
}

/// The result of probing one service.
package struct ServiceVerification: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// All of its checks passed.
        case verified
        case failed
        /// The probes ended before all of its checks were made, and none failed.
        case notProbed = "not-probed"
    }

    package var slug: String
    /// In the order in which they were made, without those that an earlier failure makes pointless.
    package var results: [CheckResult]
    /// Whether all of its checks were made.
    package var isComplete: Bool

    package init(slug: String, results: [CheckResult] = [], isComplete: Bool = true) {
        self.slug = slug
        self.results = results
        self.isComplete = isComplete
    }

    package var state: State {
        if results.contains(where: { $0.failure != nil }) { return .failed }
        return isComplete ? .verified : .notProbed
    }

    package var failures: [ProbeFailure] { results.compactMap(\.failure) }

    /// With remedies whose commands work when they are pasted.
    func completed(_ invocation: Invocation) -> ServiceVerification {
        var completed = self
        completed.results = results.map { result in
            guard var failure = result.failure else { return result }
            failure.remedy = invocation.completing(failure.remedy)
            return CheckResult(result.check, .failed(failure))
        }
        return completed
    }

    /// What is known if nothing failed, as a clause.
    package var proof: String {
        let works = "its login works, as far as can be seen without one"
        for result in results where result.check == .login {
            if case .skipped(let why) = result.outcome { return "\(works); no login was tried: \(why)" }
        }
        return works
    }
}
