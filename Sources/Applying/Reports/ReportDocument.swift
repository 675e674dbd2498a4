package import AuthentikAPI
import Base
import DesiredState
import Kinds
import Planning
import SecretSources
package import Verification

/// A report for machines; `manifests/schemas/report.schema.json` describes it.
///
/// Additions keep ``version``; any other change raises it.
package struct ReportDocument: Encodable, Sendable {
    var kind = "report"
    var version = 1
    var authentik: AuthentikRecord
    /// Whether every service and shared object is as declared now.
    var isConverged: Bool
    var summary: [String: Int]
    /// How many services failed, regardless of the decisions on them.
    var failed: Int
    /// Absent if no deletions were blocked.
    var heldDeletions: HeldDeletionsRecord?
    var requests: RequestsDocument
    var durationSeconds: Double
    /// References of secrets that were generated for a sandbox.
    var madeUpSecrets: [String]
    /// The shared objects.
    ///
    /// One member for each kind, such as `groups`; absent if the file declares none, or the pass did not include them.
    var shared: [SharedDocument]
    var services: [OutcomeDocument]
    /// The results of probes after the pass; absent if there were none, or nothing could be seen.
    var verification: VerificationDocument?

    /// - Parameter verification: nil if no probe was sent.
    package init(_ report: PassReport, address: AuthentikAddress, verification: VerificationReport? = nil) {
        self.verification = verification.map(VerificationDocument.init)
        authentik = AuthentikRecord(url: address.description, release: report.release.description)
        isConverged = report.isConverged
        summary = ServiceRecord.summary(of: report.outcomes.map(\.plan))
        failed = report.outcomes.filter { $0.failure != nil }.count
        heldDeletions = report.heldDeletions.map(HeldDeletionsRecord.init)
        requests = RequestsDocument(report.requests)
        durationSeconds = report.duration.inSeconds
        madeUpSecrets = report.secrets.placeholders.map(\.description)
        shared = report.shared.map(SharedDocument.init)
        services = report.outcomes.map(OutcomeDocument.init)
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(kind, forKey: .kind)
        try members.encode(version, forKey: .version)
        try members.encode(authentik, forKey: .authentik)
        try members.encode(isConverged, forKey: .isConverged)
        try members.encode(summary, forKey: .summary)
        try members.encode(failed, forKey: .failed)
        try members.encodeIfPresent(heldDeletions, forKey: .heldDeletions)
        try members.encode(requests, forKey: .requests)
        try members.encode(durationSeconds, forKey: .durationSeconds)
        try members.encode(madeUpSecrets, forKey: .madeUpSecrets)
        try encoder.encode(byKind: shared)
        try members.encode(services, forKey: .services)
        try members.encodeIfPresent(verification, forKey: .verification)
    }

    private enum CodingKeys: CodingKey {
        case kind, version, authentik, isConverged, summary, failed, heldDeletions, requests, durationSeconds,
            madeUpSecrets
        case services, verification
    }
}

package struct RequestsDocument: Codable, Sendable, Equatable {
    package var reads: Int
    package var writes: Int
    /// The fewest that were allowed at the same time because Authentik slowed down; absent if it did not.
    package var limitedTo: Int?

    package init(reads: Int, writes: Int, limitedTo: Int? = nil) {
        self.reads = reads
        self.writes = writes
        self.limitedTo = limitedTo
    }

    package init(_ counts: RequestCounts) {
        self.init(reads: counts.reads, writes: counts.writes, limitedTo: counts.limitedTo)
    }
}

struct OutcomeDocument: Encodable, Sendable {
    var service: ServiceRecord
    var isConverged: Bool
    /// Whether people can reach it; absent without forward-auth, or if it is not decided.
    var serving: ServingRecord?
    /// The workload that was restarted, as `deployment monitoring/grafana`; absent if none was.
    var restarted: String?
    /// Absent if nothing failed.
    var error: ErrorDocument?

    init(_ outcome: ServiceOutcome) {
        service = ServiceRecord(outcome.plan)
        isConverged = outcome.isConverged
        serving = outcome.serving.map(ServingRecord.init)
        restarted = outcome.restarted?.description
        error = outcome.failure.map(ErrorDocument.init)
    }

    func encode(to encoder: any Encoder) throws {
        try service.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isConverged, forKey: .isConverged)
        try container.encodeIfPresent(serving, forKey: .serving)
        try container.encodeIfPresent(restarted, forKey: .restarted)
        try container.encodeIfPresent(error, forKey: .error)
    }

    private enum CodingKeys: String, CodingKey {
        case isConverged, serving, restarted, error
    }
}

struct SharedDocument: Encodable, SharedObject {
    /// What was planned.
    var record: SharedRecord
    var isConverged: Bool
    /// Absent if nothing failed.
    var error: ErrorDocument?

    var kind: Kind { record.kind }
    var name: String { record.name }

    init(_ outcome: SharedOutcome) {
        record = SharedRecord(outcome.plan)
        isConverged = outcome.isConverged
        error = outcome.failure.map(ErrorDocument.init)
    }

    func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(isConverged, forKey: .isConverged)
        try members.encodeIfPresent(error, forKey: .error)
    }

    private enum CodingKeys: String, CodingKey {
        case isConverged, error
    }
}

/// Why the writes to a service were not all done.
package struct ErrorDocument: Codable, Sendable, Equatable {
    package var message: String
    /// Authentik's errors about single fields.
    package var fields: [Field]
    /// Authentik's ID of the request, as in its log.
    package var requestID: String?

    package struct Field: Codable, Sendable, Equatable {
        package var field: String
        package var message: String
    }

    package init(_ failure: ServiceFailure) {
        message = failure.message
        fields = failure.fields.map { Field(field: $0.field, message: $0.message) }
        requestID = failure.requestID
    }
}
