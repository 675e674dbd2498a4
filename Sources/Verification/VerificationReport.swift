package import AuthentikAPI

/// What the probes saw of the services of a file.
package struct VerificationReport: Sendable, Equatable {
    package var release: Release
    /// Where the OAuth2 endpoints were asked, as browsers and services see them.
    package var address: String
    /// Those that have a login, ordered by slug.
    package var services: [ServiceVerification]
    /// How many services have nothing to probe.
    package var withoutLogin: Int
    /// How many have, and are left out by the file.
    package var leftOut: Int
    /// How many probes were sent.
    package var requests: Int
    /// Why they ended before all was seen: a clause; nil if they did not.
    package var stopped: String?
    package var duration: Duration

    package init(
        release: Release,
        address: String,
        services: [ServiceVerification],
        withoutLogin: Int,
        leftOut: Int = 0,
        requests: Int,
        stopped: String? = nil,
        duration: Duration
    ) {
        self.release = release
        self.address = address
        self.services = services
        self.withoutLogin = withoutLogin
        self.leftOut = leftOut
        self.requests = requests
        self.stopped = stopped
        self.duration = duration
    }

    package var isVerified: Bool { services.allSatisfy { $0.state == .verified } }

    package func count(_ state: ServiceVerification.State) -> Int { services.count { $0.state == state } }
}

/// What the probes saw of one service.
package struct ServiceVerification: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// Each check passed that there is.
        case verified
        case failed
        /// The probes ended before it was seen whole, and nothing failed.
        case notProbed = "not-probed"
    }

    package var slug: String
    /// In the order in which they were made; what a failed one makes pointless is left out.
    package var results: [CheckResult]
    /// Whether it was looked at to its end.
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

    /// What is known where nothing failed: a clause.
    package var proof: String {
        let works = "its login works, as far as can be seen without one"
        for result in results where result.check == .login {
            if case .skipped(let why) = result.outcome { return "\(works); no login was tried: \(why)" }
        }
        return works
    }
}
