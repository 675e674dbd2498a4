import ArgumentParser
import AuthentikSandbox
import FoundationEssentials

/// What a served sandbox is, and what it begins with and keeps.
struct StateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The release of Authentik to emulate: \(Sandbox.Release.names).",
            discussion: """
                A state of an older release is upgraded, as Authentik's migrations do. Default: that of the state, else \
                2025.12.
                """,
            valueName: "release"
        ),
        transform: Self.release
    )
    var release: Sandbox.Release?

    @Option(
        help: ArgumentHelp(
            "Keep everything in this file, across restarts; it holds secrets and is readable for you only.",
            valueName: "file"
        ),
        completion: .file()
    )
    var state: String?

    @Option(
        help: ArgumentHelp("Start with what another sandbox kept with --state.", valueName: "file"),
        completion: .file()
    )
    var load: String?

    @Option(help: ArgumentHelp("Number of generated services to start with.", valueName: "n"))
    var services = 0

    func validate() throws {
        guard (0...100_000).contains(services) else { throw ValidationError("--services must be from 0 to 100000") }
        if let state, load != nil, FileManager.default.fileExists(atPath: state) {
            throw ValidationError("--load would be ignored, since '\(state)' is there already; remove one of them")
        }
    }

    /// - Parameter token: that of the superuser; nil for the one in the state, or one that is made up.
    func initialState(token: String?) throws -> SandboxState {
        let kept = state.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
        var initial: SandboxState
        if let file = kept ?? load {
            initial = try SandboxState(contentsOf: file)
            if let release {
                guard release >= initial.release else {
                    throw ValidationError(
                        "--release \(release.rawValue) does not go with '\(file)', which is of "
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

/// What is to go wrong in a served sandbox.
struct FaultOptions: ParsableArguments {
    @Option(
        name: .customLong("fault"),
        help: ArgumentHelp(
            "Something that goes wrong, such as 'unavailable=503,share=0.2'; may be repeated (see above).",
            valueName: "rule"
        ),
        transform: FaultRule.init(parsing:)
    )
    var rules: [FaultRule] = []

    @Option(
        name: .customLong("fault-seed"),
        help: ArgumentHelp("Makes the same requests meet the same faults again; made up if not given.", valueName: "n")
    )
    var seed: UInt32?

    @Flag(help: "Serve /-/sandbox/faults/ and /-/sandbox/requests/, for the superuser's token.")
    var control = false

    /// The rules with a seed, which is made up if none is given.
    func plan() -> FaultPlan {
        FaultPlan(seed: UInt64(seed ?? .random(in: 0...UInt32.max)), rules: rules)
    }

    static let help = """
        --fault takes one of

          latency=200ms      answer later, also 50ms..200ms
          unavailable=503    502, 503 or 504 from a proxy; takes
                             retry-after=SECONDS, and write=done
          reset=before       reset the connection, nothing done
          reset=after        reset the connection, everything done
          cut                close the connection within the body
          slow-body=2s       take that long for the body
          truncated          send half of the JSON
          html=500           a page of HTML of that status
          shift=appear       a row came before page 2 and the next
          shift=vanish       a row went before page 2 and the next
          revoked            refuse the token
          starting=10s       503 for so long; takes retry-after=5
          late=1             reset the connection, and do the write
                             right before the first write after it
          ignore=meta_icon   do a write without that field
          refuse=client_secret  400 to a write with that field

        and then, each with a comma before it, method=POST, path=/api/v3/core/, share=0.2 (of the requests that \
        match), after=20 (let so many off first), times=3 (at most). The first rule that strikes is what happens; a \
        latency comes beside it. /-/health/live/ is always well.
        """
}
