import ArgumentParser
import AuthentikAPI
import DesiredState
import Secrets
import Synchronization

#if Sandbox
    import AuthentikSandbox
    import SandboxCommandLine
#endif

/// The Authentik that is built in: what `reconcile sandbox` serves, and what `--sandbox` makes for one run.
///
/// The package's trait `Sandbox` brings it into the program. It is on by default, and off for the image, which holds a
/// real Authentik's token and nothing that it does not need. This file alone knows of the trait.
enum BuiltInAuthentik {
    #if Sandbox
        static let isThere = true
        static let command: any ParsableCommand.Type = SandboxCommand.self
    #else
        static let isThere = false
        static let command: any ParsableCommand.Type = AbsentSandboxCommand.self
    #endif

    /// What a build without it answers.
    private static let absence = "this build has no sandbox; build it with the package's default traits"

    /// What the usage of a command says of it.
    static let usage = isThere ? " [--sandbox]" : ""

    /// How the program is to be tried out.
    static let introduction =
        isThere
        ? """
        Try it on a built-in Authentik, which needs nothing:

          reconcile --once --sandbox --config manifests/homelab.yaml

        Then on yours
        """ : "Try it on your Authentik"

    /// - Throws: `ValidationError` if this build has none.
    static func check() throws {
        guard isThere else { throw ValidationError(absence) }
    }

    /// Runs `body` beside one of its own.
    static func run<Result: Sendable>(
        _ body: @Sendable (AuthentikAddress, Secret) async throws -> Result
    ) async throws -> Result {
        #if Sandbox
            let token = randomToken()
            return try await withSandbox(token: token) { _, url in
                guard let address = AuthentikAddress(url) else { preconditionFailure("the sandbox has no address") }
                return try await body(address, Secret(token))
            }
        #else
            throw ValidationError(absence)
        #endif
    }
}

#if !Sandbox
    /// `reconcile sandbox`, however it goes on.
    private struct AbsentSandboxCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sandbox",
            abstract: "Not in this build; it is in one with the package's default traits.",
            usage: "reconcile sandbox",
            shouldDisplay: false
        )

        @Argument(parsing: .allUnrecognized, help: .hidden)
        var rest: [String] = []

        func validate() throws { try BuiltInAuthentik.check() }
    }
#endif

/// Secrets that are made up for a sandbox, the same for each reference as long as it runs.
final class StandIns: Sendable {
    private let secrets = Mutex<[SecretReference: Secret]>([:])

    func secret(_ reference: SecretReference) -> Secret {
        secrets.withLock { secrets in
            let secret = secrets[reference] ?? Secret(randomToken())
            secrets[reference] = secret
            return secret
        }
    }
}

/// A token or stand-in secret of 40 letters and digits, from the system's randomness.
private func randomToken() -> String {
    let characters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    return String((0..<40).map { _ in characters[Int.random(in: characters.indices)] })
}
