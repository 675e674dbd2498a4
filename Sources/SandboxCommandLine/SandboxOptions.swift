import ArgumentParser
import AuthentikSandbox
import FoundationEssentials

/// The release of a sandbox, and its initial and stored state.
struct StateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The release of Authentik to emulate: \(Sandbox.Release.names).",
            discussion: """
                A state of an older release is upgraded, as by Authentik's migrations. Default: the release of the state, \
                or 2025.12.
                """,
            valueName: "release"
        ),
        transform: Self.release
    )
    var release: Sandbox.Release?

    @Option(
        help: ArgumentHelp(
            "Keep the state in this file across restarts. It contains secrets, and is readable by you only.",
            valueName: "file"
        ),
        completion: .file()
    )
    var state: String?

    @Option(
        help: ArgumentHelp("Start with the state that another sandbox kept with --state.", valueName: "file"),
        completion: .file()
    )
    var load: String?

    @Option(help: ArgumentHelp("Number of generated services to start with.", valueName: "n"))
    var services = 0

    func validate() throws {
        guard (0...100_000).contains(services) else {
            throw ValidationError("invalid --services; expected 0 to 100000")
        }
        if let state, load != nil, FileManager.default.fileExists(atPath: state) {
            throw ValidationError("--load would be ignored, because '\(state)' exists; omit one of them")
        }
    }

    /// - Parameter token: the superuser's token; nil for the one in the state, or a generated one.
    func initialState(token: String?) throws -> SandboxState {
        let kept = state.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
        var initial: SandboxState
        if let file = kept ?? load {
            initial = try SandboxState(contentsOf: file)
            if let release {
                guard release >= initial.release else {
                    throw ValidationError(
                        "--release \(release.rawValue) is older than '\(file)', which is of "
                            + "\(initial.release.rawValue): Authentik does not go back to an older release"
                    )
                }
                initial.upgrade(to: release)
            }
            if let token { initial.admit(token) }
        } else {
            initial = SandboxState(release: release ?? .december2025, token: token ?? SandboxState.makeToken())
        }
        initial.addServices(services)
        return initial
    }

    private static func release(_ text: String) throws -> Sandbox.Release {
        guard let release = Sandbox.Release.allCases.first(where: { $0.rawValue == text }) else {
            throw ValidationError("unknown release '\(text)'; known are \(Sandbox.Release.names)")
        }
        return release
    }
}

extension Sandbox.Release {
    fileprivate static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// The faults of a sandbox.
struct FaultOptions: ParsableArguments {
    @Option(
        name: .customLong("fault"),
        help: ArgumentHelp(
            "A fault to inject, e.g. 'unavailable=503,share=0.2' (repeatable, see above).",
            valueName: "rule"
        ),
        transform: FaultRule.init(parsing:)
    )
    var rules: [FaultRule] = []

    @Option(
        name: .customLong("fault-seed"),
        help: ArgumentHelp(
            "Seed of the faults: the same seed repeats the same faults. Default: a random one.",
            valueName: "n"
        )
    )
    var seed: UInt32?

    @Flag(help: "Serve /-/sandbox/faults/ and /-/sandbox/requests/, which require the superuser's token.")
    var control = false

    /// The rules with the seed, or with a random one.
    func plan() -> FaultPlan {
        FaultPlan(seed: UInt64(seed ?? .random(in: 0...UInt32.max)), rules: rules)
    }

    static let help = """
        --fault takes one of

          latency=200ms      answer later; also 50ms..200ms
          unavailable=503    502, 503 or 504 from a proxy; takes
                             retry-after=SECONDS and write=done
          reset=before       reset the connection before the request
                             is carried out
          reset=after        reset it afterwards
          cut                close the connection within the body
          slow-body=2s       take this long to send the body
          truncated          send half of the JSON
          html=500           an HTML page with this status
          shift=appear       a row appeared before pages 2 and up
          shift=vanish       a row vanished before pages 2 and up
          revoked            reject the token
          starting=10s       503 for this long; takes retry-after=5
          late=1             reset the connection, and carry the
                             write out right before the next one
          ignore=meta_icon   drop this field from writes
          refuse=client_secret  400 to writes with this field

        optionally followed, separated by commas, by method=POST, path=/api/v3/core/ (a prefix), share=0.2 (of the \
        matching requests), after=20 (skip the first 20), times=3 (at most). The first rule that applies is used; \
        latency is added to others. /-/health/live/ is always healthy.
        """
}
