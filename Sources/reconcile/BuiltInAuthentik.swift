import ArgumentParser
import AuthentikAPI
import Base
import DesiredState
import SecretSources
import Secrets

#if Sandbox
    import AuthentikSandbox
    import SandboxCommandLine
#endif

/// The built-in Authentik: what `reconcile sandbox` serves, and what `--sandbox` starts for one run.
///
/// It is included by the package's trait `Sandbox`, which is on by default and off for the image, because that has a
/// real Authentik's token and nothing that it does not need. Only this file depends on the trait.
enum BuiltInAuthentik {
    #if Sandbox
        static let isThere = true
        static let command: any ParsableCommand.Type = SandboxCommand.self
    #else
        static let isThere = false
        static let command: any ParsableCommand.Type = AbsentSandboxCommand.self
    #endif

    /// The error of a build without it.
    private static let absence = "this build has no sandbox; use 'swift run reconcile sandbox' in the source folder"

    /// Its part of a command's usage.
    static let usage = isThere ? " [--sandbox]" : ""

    /// How to try the program.
    static let introduction =
        isThere
        ? """
        Try it on a built-in Authentik, which needs nothing:

          reconcile apply manifests/homelab.yaml --sandbox

        On yours:

        """ : "On your Authentik:\n"

    /// How to change an application by hand and see it corrected; empty without the sandbox.
    static func drift(of slug: String, at address: String, token: String) -> String {
        #if Sandbox
            DriftAdvice(address: address, token: token, slug: slug).text
        #else
            ""
        #endif
    }

    /// - Throws: `ValidationError` if this build has none.
    static func check() throws {
        guard isThere else { throw ValidationError(absence) }
    }

    /// Runs `body` with an Authentik of its own.
    static func run<Result: Sendable>(
        _ body: @Sendable (AuthentikAddress, Secret) async throws -> Result
    ) async throws -> Result {
        #if Sandbox
            let token = randomToken()
            var configuration = Sandbox.Configuration(token: token)
            configuration.saysSo = true
            return try await withSandbox(configuration: configuration) { _, url in
                guard let address = AuthentikAddress(url) else { preconditionFailure("the sandbox has no address") }
                return try await body(address, Secret(token))
            }
        #else
            throw ValidationError(absence)
        #endif
    }
}

#if !Sandbox
    /// `reconcile sandbox` in a build without it, with any arguments.
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

extension PlaceholderSecrets {
    /// Generates the same secret for the same token and reference in every process, so that one run does not change
    /// what another one wrote.
    init(for token: Secret, coversKubernetes: Bool = false) {
        self.init(coversKubernetes: coversKubernetes) { reference in
            let halves = ["a", "b"].map { SHA256.digest(of: Array("\(token.exposed)\u{0}\(reference)\u{0}\($0)".utf8)) }
            return Secret(String(halves.joined().prefix(40).map { characters[Int($0) % characters.count] }))
        }
    }
}

/// A token of 40 letters and digits, from the system's randomness.
private func randomToken() -> String {
    String((0..<40).map { _ in characters[Int.random(in: characters.indices)] })
}

private let characters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
