import AuthentikAPI
import DesiredState
import Planning
import Reconciling

/// A report for machines; `manifests/schemas/report.schema.json` describes it.
///
/// Additions keep ``version``; anything else raises it.
struct ReportDocument: Encodable {
    var kind = "report"
    var version = 1
    var authentik: AuthentikRecord
    /// Whether every service is as declared now.
    var isConverged: Bool
    var summary: [String: Int]
    /// How many services failed, whatever was decided of them.
    var failed: Int
    /// Absent if nothing was held back.
    var brake: BrakeRecord?
    var requests: RequestsDocument
    var durationSeconds: Double
    /// References of secrets that were made up for a sandbox.
    var madeUpSecrets: [String]
    var services: [OutcomeDocument]

    init(_ report: PassReport, address: AuthentikAddress, standIns: [SecretReference]) {
        authentik = AuthentikRecord(url: address.description, release: report.release.description)
        isConverged = ExitStatus(report) == .success
        summary = ServiceRecord.summary(of: report.outcomes.map(\.plan))
        failed = report.outcomes.filter { $0.failure != nil }.count
        brake = report.brake.map(BrakeRecord.init)
        requests = RequestsDocument(reads: report.requests.reads, writes: report.requests.writes)
        durationSeconds =
            Double(report.duration.components.seconds) + Double(report.duration.components.attoseconds) / 1e18
        madeUpSecrets = standIns.map(\.description)
        services = report.outcomes.map(OutcomeDocument.init)
    }
}

struct RequestsDocument: Encodable {
    var reads: Int
    var writes: Int
}

struct OutcomeDocument: Encodable {
    var service: ServiceRecord
    var isConverged: Bool
    /// Absent if nothing failed.
    var error: ErrorDocument?

    init(_ outcome: ServiceOutcome) {
        service = ServiceRecord(outcome.plan)
        isConverged = outcome.isConverged
        error = outcome.failure.map(ErrorDocument.init)
    }

    func encode(to encoder: any Encoder) throws {
        try service.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isConverged, forKey: .isConverged)
        try container.encodeIfPresent(error, forKey: .error)
    }

    private enum CodingKeys: String, CodingKey {
        case isConverged, error
    }
}

struct ErrorDocument: Encodable {
    var message: String
    var fields: [Field]
    /// Authentik's name for the request, as its log has it.
    var requestID: String?

    struct Field: Encodable {
        var field: String
        var message: String
    }

    init(_ failure: ServiceFailure) {
        message = failure.message
        fields = failure.fields.map { Field(field: $0.field, message: $0.message) }
        requestID = failure.requestID
    }
}
