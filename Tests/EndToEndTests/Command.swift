import Foundation
import Subprocess
import SystemPackage

/// The built `reconcile`, run as a process.
///
/// Not by Foundation's `Process`, which crashes where the test process holds many descriptors.
struct Command: Sendable {
    /// What a run came to.
    struct Result: Sendable {
        /// The exit status; that of a shell, 128 and the signal, if a signal ended it.
        var status: Int32
        var output: String
        var errors: String
    }

    /// Bytes of either stream; no test comes near it.
    private static let limit = 16 << 20

    var arguments: [String]
    var environment: [String: String]

    init(_ arguments: [String], environment: [String: String] = [:]) {
        self.arguments = arguments
        self.environment = environment
    }

    /// Beside the test bundle, where the package manager puts all products.
    static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "reconcile")

    static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// What it is run as: in the package's folder, with nothing in the environment but what is given.
    var configuration: Subprocess.Configuration {
        let variables = environment.map { (Subprocess.Environment.Key(stringLiteral: $0.key), $0.value) }
        return Subprocess.Configuration(
            executable: .path(FilePath(Self.executable.path)),
            arguments: Arguments(arguments),
            environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
            workingDirectory: FilePath(Self.package.path)
        )
    }

    /// Runs it to its end.
    func run() async throws -> Result {
        let result = try await Subprocess.run(
            configuration,
            output: .string(limit: Self.limit),
            error: .string(limit: Self.limit)
        )
        return Result(
            status: result.terminationStatus.code,
            output: result.standardOutput,
            errors: result.standardError
        )
    }
}

extension Subprocess.TerminationStatus {
    /// As a shell tells it.
    var code: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}
