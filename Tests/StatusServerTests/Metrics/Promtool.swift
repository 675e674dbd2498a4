import FoundationEssentials
import Subprocess
import SystemPackage
import Testing

/// Prometheus' own tool for checking; Debian has it in the package `prometheus`.
enum Promtool {
    struct Result: Sendable, Equatable {
        /// The exit status; that of a shell, 128 and the signal, if a signal ended it.
        var status: Int32
        /// Both streams, in the order stdout, stderr.
        var output: String
    }

    static let advice: Comment = "promtool is not installed; Debian has it in the package 'prometheus'"

    /// `.ci/run` installs it, so nothing is left out there.
    static let isInstalled = path != nil

    private static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/promtool" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Runs it to its end.
    static func run(_ arguments: [String], input: String = "") async throws -> Result {
        let result = try await Subprocess.run(
            .path(FilePath(path ?? "promtool")),
            arguments: Arguments(arguments),
            environment: .custom([:]),
            input: .string(input),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): 128 + signal
            }
        return Result(status: status, output: result.standardOutput + result.standardError)
    }
}
