import ArgumentParser
import Verification

/// The limits of login probes: in `verify`, after a pass, and in the daemon.
struct ProbeOptions: ParsableArguments {
    private static let variable = "RECONCILE_SLOW_SECONDS"

    @Option(
        help: ArgumentHelp(
            "Stop verifying logins once Authentik takes longer than this to answer (default: 3). (environment: RECONCILE_SLOW_SECONDS)",
            discussion:
                "An overloaded Authentik is left alone. Logins that were not probed by then count as not verified.",
            valueName: "n"
        )
    )
    var slowSeconds: Int?

    func validate() throws { _ = try limits }

    var limits: ProbeLimits {
        get throws {
            if let slowSeconds { return try Self.limits(slowSeconds, "--slow-seconds") }
            guard let text = Environment[Self.variable] else { return ProbeLimits() }
            return try Self.limits(Int(text), Self.variable)
        }
    }

    private static func limits(_ number: Int?, _ name: String) throws -> ProbeLimits {
        guard let number, (1...3600).contains(number) else {
            throw ValidationError("\(name) must be from 1 to 3600")
        }
        return ProbeLimits(slow: .seconds(number))
    }
}
