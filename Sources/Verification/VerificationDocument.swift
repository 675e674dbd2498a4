import AuthentikAPI
import Base

/// The JSON document of a verification; `manifests/schemas/verification.schema.json` describes it.
///
/// Additions keep ``version``; any other change increments it.
package struct VerificationDocument: Encodable, Sendable {
    var kind = "verification"
    var version = 1
    var authentik: AuthentikDocument
    /// Whether each login passed all of its checks.
    var isVerified: Bool
    /// The number of services in each state, without a login, and excluded by the file.
    var summary: [String: Int]
    /// The number of probes that were sent.
    var requests: Int
    var durationSeconds: Double
    /// Why the probes ended early; absent if they did not.
    var stopped: String?
    var services: [ServiceDocument]

    struct AuthentikDocument: Encodable {
        /// The base URL of the OAuth2 endpoints.
        var url: String
        var release: String
    }

    struct ServiceDocument: Encodable {
        var slug: String
        var state: String
        var checks: [CheckDocument]
    }

    struct CheckDocument: Encodable {
        var check: String
        /// `passed`, `failed` or `skipped`.
        var result: String
        /// A raw value of ``ProbeFailure/Reason``; only of a failed check.
        var reason: String?
        /// What is wrong, or why the check was skipped.
        var message: String?
        /// What to do about it; only of a failed check.
        var remedy: String?

        init(_ result: CheckResult) {
            check = result.check.rawValue
            switch result.outcome {
            case .passed: self.result = "passed"
            case .skipped(let why): (self.result, message) = ("skipped", why)
            case .failed(let failure):
                self.result = "failed"
                (reason, message, remedy) = (failure.reason.rawValue, failure.message, failure.remedy)
            }
        }
    }

    package init(_ report: VerificationReport) {
        authentik = AuthentikDocument(url: report.address, release: report.release.description)
        isVerified = report.isVerified
        summary = Dictionary(
            uniqueKeysWithValues: ServiceVerification.State.allCases.map { ($0.rawValue, report.count($0)) }
        )
        summary["without-login"] = report.withoutLogin
        summary["left-out"] = report.leftOut
        requests = report.requests
        durationSeconds = report.duration.inSeconds
        stopped = report.stopped
        services = report.services.map { service in
            ServiceDocument(
                slug: service.slug,
                state: service.state.rawValue,
                checks: service.results.map(CheckDocument.init)
            )
        }
    }
}
