import Foundation
import Subprocess
import SystemPackage
import Testing

/// A program that judges what is printed for it.
struct Program: Sendable {
    struct Result: Sendable {
        var status: Int32
        /// Both streams, in the order stdout, stderr.
        var output: String
    }

    static let shell = Program("sh")
    static let nginx = Program("nginx")
    static let caddy = Program("caddy")
    static let openssl = Program("openssl")

    let name: String
    private let path: String?

    private init(_ name: String) {
        self.name = name
        // What an administrator runs is not in everybody's path.
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin:/usr/bin:/sbin:/bin"
        self.path = path.split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// `.ci/run` installs each, so nothing is left out there.
    var isInstalled: Bool { path != nil }

    var advice: Comment { "\(name) is not installed; Debian has it in a package of that name" }

    /// Runs it to its end.
    func run(_ arguments: [String], input: String = "", home: String = "/nonexistent") async throws -> Result {
        let result = try await Subprocess.run(
            .path(FilePath(path ?? name)),
            arguments: Arguments(arguments),
            environment: .custom(["PATH": "/usr/bin:/bin", "HOME": home]),
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
