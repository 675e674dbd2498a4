import AuthentikAPI
import Base

/// A verification for machines; `manifests/schemas/verification.schema.json` describes it.
///
/// Additions keep ``version``; anything else raises it.
package struct VerificationDocument: Encodable, Sendable {
    var kind = "verification"
    var version = 1
    var authentik: AuthentikDocument
    /// Whether each login passed each check that there is.
    var isVerified: Bool
    /// How many services are in which state, and how many have no login, or are left out by the file.
    var summary: [String: Int]
    /// How many probes were sent.
    var requests: Int
    var durationSeconds: Double
    /// Why the probes ended before all was seen; absent if they did not.
    var stopped: String?
    var services: [ServiceDocument]

    struct AuthentikDocument: Encodable {
        /// Where the OAuth2 endpoints were asked.
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
        /// A word for machines; only of what failed.
        var reason: String?
        /// What is the matter, or why it was skipped.
        var message: String?
        /// What to do about it; only of what failed.
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
