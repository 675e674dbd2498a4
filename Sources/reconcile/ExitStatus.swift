import Applying
import ArgumentParser
import Planning

/// The exit codes; 64 and above as in sysexits(3).
enum ExitStatus: Int32, Sendable {
    /// Converged, or nothing to do.
    case success = 0
    /// Some service failed, conflicts, is blocked or waits for its secret, or the deletion limit was exceeded; the
    /// others were converged anyway.
    case incomplete = 1
    /// `plan`: there are changes.
    case changes = 2
    /// The command line or the settings are invalid.
    case usage = 64
    /// The file is invalid.
    case invalidFile = 65
    /// Authentik cannot be reached or read.
    case unobservable = 69
    /// The token is rejected or lacks a permission.
    case refused = 77
    /// SIGINT ended a single pass before everything was done.
    case interrupted = 130
    /// SIGTERM ended a single pass before everything was done.
    case terminated = 143

    init(_ failure: PassFailure) {
        self =
            switch failure.kind {
            case .unobservable: .unobservable
            case .refused: .refused
            }
    }

    init(_ report: PassReport) {
        self = report.isConverged ? .success : report.isForbidden ? .refused : .incomplete
    }

    /// For `reconcile plan`.
    init(_ plan: Plan) {
        if plan.isStuck || plan.heldDeletions != nil {
            self = .incomplete
        } else {
            self = plan.isChanging ? .changes : .success
        }
    }
}

extension ExitStatus {
    /// The error that ends the command with this status and prints nothing.
    var thrown: ArgumentParser.ExitCode { ArgumentParser.ExitCode(rawValue) }
}
