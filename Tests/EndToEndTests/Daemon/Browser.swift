import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Headless Chromium, which opens a page, and tells or draws what it came to.
enum Browser {
    static let advice: Comment = "chromium is not installed; Debian has it in the package 'chromium'"

    /// `.ci/run` installs it, so nothing is left out there.
    static let isInstalled = path != nil

    private static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/chromium" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Seconds after which it is killed: it hangs, or the machine is lost.
    private static let limit = 600

    /// A page as it is after a while.
    struct Visit: Sendable {
        /// The document, scripts' work included.
        var dom: String
        /// What it told the console: errors, and what its security policy refused.
        var console: [String]

        /// What a person reads, white space collapsed.
        var text: String {
            dom.replacing(#/<(script|style|title|noscript)\b.*?</\1>/#.dotMatchesNewlines(), with: "")
                .replacing("<wbr>", with: "").replacing(#/<[^>]*>/#, with: " ")
                .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
                .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }

        /// How many elements of that name there are.
        func count(_ element: String) -> Int { dom.ranges(of: "<\(element)").count }
    }

    /// More at once would only wait for each other.
    private static let turnstile = Turnstile(2)

    /// Opens a page, and lets ten seconds pass for it, as quickly as it can.
    static func visit(_ url: String) async throws -> Visit {
        try await withProfile { profile in
            let (output, errors) = try await run(profile, ["--virtual-time-budget=10000", "--dump-dom", url])
            // As `[...:INFO:CONSOLE:12] "message", source: ... (12)`.
            let console = errors.split(separator: "\n").filter { $0.contains("CONSOLE") }.map(String.init)
            return Visit(dom: output, console: console)
        }
    }

    /// Opens a page with JavaScript off.
    static func visitWithoutScripts(_ url: String) async throws -> Visit {
        // `--dump-dom` is done by a script of the browser's own.
        try await withDeveloperTools { try await DeveloperTools(opening: url, port: $0, runsScripts: false).visit }
    }

    /// Draws a page into a file, for a person to look at.
    static func draw(_ url: String, into file: URL, width: Int, height: Int, isDark: Bool) async throws {
        try await withProfile { profile in
            let scheme = isDark ? ["--blink-settings=preferredColorScheme=0"] : []
            let size = "--window-size=\(width),\(height)"
            let arguments = [size, "--hide-scrollbars", "--virtual-time-budget=4000", "--screenshot=\(file.path)", url]
            _ = try await run(profile, scheme + arguments)
        }
    }

    /// Has it run, with a port for its developer tools, for as long as `body` does.
    ///
    /// - Parameter body: takes that port.
    static func withDeveloperTools<Result: Sendable>(
        _ body: @escaping @Sendable (Int) async throws -> Result
    ) async throws -> Result {
        try await withProfile { profile in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await run(profile, ["--remote-debugging-port=0", "about:blank"]) }
                defer { group.cancelAll() }
                return try await body(try await port(profile))
            }
        }
    }

    /// Waits for the port of the developer tools, and for more than the first half of the file that holds it.
    private static func port(_ profile: URL) async throws -> Int {
        let file = profile.appending(path: "DevToolsActivePort")
        let end = ContinuousClock.now + Patience.limit
        while ContinuousClock.now < end {
            let lines = (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n") ?? []
            if lines.count > 1, let port = Int(lines[0]) { return port }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the browser has no developer tools")
        throw CancellationError()
    }

    /// With a folder for what it remembers, which is gone afterwards.
    private static func withProfile<Result: Sendable>(
        _ body: @Sendable (URL) async throws -> Result
    ) async throws -> Result {
        try await turnstile.run {
            let profile = FileManager.default.temporaryDirectory.appending(path: "browser-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: profile, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: profile) }
            return try await body(profile)
        }
    }

    private static func run(_ profile: URL, _ arguments: [String]) async throws -> (output: String, errors: String) {
        let own = [
            "--headless", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
            "--user-data-dir=\(profile.path)", "--enable-logging=stderr", "--v=0",
        ]
        var options = PlatformOptions()
        // It takes the browser's other processes with it.
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(10))]
        let result = try await Subprocess.run(
            .path("/usr/bin/timeout"),
            arguments: Arguments(["--kill-after=5", "\(limit)", path ?? "chromium"] + own + arguments),
            environment: .inherit.updating(["HOME": profile.path, "TMPDIR": profile.path]),
            platformOptions: options,
            input: .none,
            output: .string(limit: 16 << 20),
            error: .string(limit: 16 << 20)
        )
        return (result.standardOutput, result.standardError)
    }
}
