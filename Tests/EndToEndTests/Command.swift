import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

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

    /// What keeps a process from what happens to be where the tests run: the service account of a pod.
    ///
    /// Nor does how busy the machine is decide whether logins are probed.
    private static let seclusion = ["RECONCILE_SERVICE_ACCOUNT": "/nonexistent", "RECONCILE_SLOW_SECONDS": "600"]

    /// Commands that run at the same time: more would leave the tests themselves, which serve what the commands ask, without
    /// a processor for longer than a Lease's term.
    static let turnstile = Turnstile(4)

    /// Bytes of either stream; no test comes near it.
    private static let limit = 16 << 20

    var arguments: [String]
    var environment: [String: String]
    /// The soft limit of open files that it is started with; nil for this process's.
    var descriptors: Int?
    /// What it reads from its standard input.
    var input = ""

    init(_ arguments: [String], environment: [String: String] = [:], descriptors: Int? = nil) {
        self.arguments = arguments
        self.environment = environment
        self.descriptors = descriptors
    }

    /// Beside the test bundle, where the package manager puts all products.
    static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "reconcile")

    static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// What it is run as: in the package's folder, with nothing in the environment but what is given, and so without a
    /// home, a proxy or a kubeconfig.
    var configuration: Subprocess.Configuration {
        let all = Self.seclusion.merging(environment) { $1 }
        let variables = all.map { (Subprocess.Environment.Key(stringLiteral: $0.key), $0.value) }
        let command = [Self.executable.path] + arguments
        let limited = descriptors.map { ["/bin/sh", "-c", "ulimit -Sn \($0) && exec \"$0\" \"$@\""] + command }
        let words = limited ?? command
        return Subprocess.Configuration(
            executable: .path(FilePath(words[0])),
            arguments: Arguments(Array(words.dropFirst())),
            environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
            workingDirectory: FilePath(Self.package.path)
        )
    }

    /// Runs it to its end, once it is its turn; one that finds no end is killed.
    func run() async throws -> Result {
        try await Self.turnstile.run { try await runAtOnce() }
    }

    private func runAtOnce() async throws -> Result {
        let configuration = configuration
        let input = input
        let words = arguments.joined(separator: " ")
        return try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask {
                let result = try await Subprocess.run(
                    configuration,
                    input: .string(input),
                    output: .string(limit: Self.limit),
                    error: .string(limit: Self.limit)
                )
                return Result(
                    status: result.terminationStatus.code,
                    output: result.standardOutput,
                    errors: result.standardError
                )
            }
            group.addTask {
                try await Task.sleep(for: Patience.limit)
                Issue.record("it never ended: reconcile \(words)")
                throw CancellationError()
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}

/// What a line prints to either stream, run by a shell, where `$RECONCILE` is the built program.
func shell(_ line: String, _ environment: [String: String]) async throws -> String {
    let all = environment.merging(["RECONCILE": Command.executable.path]) { $1 }
    let variables = all.map { (Subprocess.Environment.Key(stringLiteral: $0.key), $0.value) }
    return try await Command.turnstile.run {
        try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", "exec 2>&1; \(line)"],
            environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
            workingDirectory: FilePath(Command.package.path),
            output: .string(limit: 1 << 20),
            error: .discarded
        ).standardOutput
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
