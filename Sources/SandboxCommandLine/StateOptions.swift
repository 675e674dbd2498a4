import ArgumentParser
import AuthentikSandbox
import FoundationEssentials

/// What a served sandbox is, and what it begins with and keeps.
struct StateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The release of Authentik to be: \(Sandbox.Release.names).",
            discussion: "Default: that of the state, else 2025.12.",
            valueName: "release"
        ),
        transform: Self.release
    )
    var release: Sandbox.Release?

    @Option(
        help: ArgumentHelp(
            "Keep everything in this file, across restarts; it holds secrets and is readable for you only.",
            valueName: "file"
        )
    )
    var state: String?

    @Option(help: ArgumentHelp("Begin with what another sandbox kept with --state.", valueName: "file"))
    var load: String?

    @Option(help: ArgumentHelp("Add so many made-up services at the start.", valueName: "n"))
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
            if let release, release != initial.release {
                throw ValidationError(
                    "--release \(release.rawValue) does not go with '\(file)', which is of \(initial.release.rawValue)"
                )
            }
            if let token { initial.admit(token) }
        } else {
            initial = SandboxState(release: release ?? .december2025, token: token ?? SandboxState.makeToken())
        }
        initial.addServices(services)
        return initial
    }

    private static func release(_ text: String) throws -> Sandbox.Release {
        guard let release = Sandbox.Release(rawValue: text) else {
            throw ValidationError("unknown release '\(text)'; known are \(Sandbox.Release.names)")
        }
        return release
    }
}

extension Sandbox.Release {
    fileprivate static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
