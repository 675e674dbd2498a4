import Applying
import ArgumentParser
import Base
import DesiredState
import FoundationEssentials
import Glibc
import JSON
import Reporting
import Status

/// `reconcile status`: the status of a running daemon, once, until it is in sync, or as it changes.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the sync status reported by a running daemon.",
        discussion: """
            What is out of sync comes first: at most \(ListLimit.urgent) services that failed, conflict or are held back, and \
            \(ListLimit.listed) of each other state; --verbose shows all.

            Exit codes: 0 everything is in sync, or, with --service, these services are; 1 it is not, also when \
            --timeout is over, or a service is unknown; 69 the daemon does not answer.

              kubectl port-forward deployment/reconcile 8080 &
              reconcile status
              reconcile status --state failed,blocked
              reconcile status --service grafana --wait --timeout 2m
              reconcile status --watch
            """
    )

    @OptionGroup var daemon: DaemonAddressOptions

    @Option(
        help: ArgumentHelp(
            "Only this service (repeatable). Totals still count all services.",
            discussion: "The exit code and --wait are about these services, unless --state is given, too.",
            valueName: "slug"
        )
    )
    var service: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only services in these states, such as failed,blocked (repeatable).",
            valueName: "state"
        ),
        completion: .list(SyncState.allCases.map(\.rawValue))
    )
    var state: [String] = []

    @Option(name: [.short, .long], help: "text, or json as GET /status answers it.")
    var output: Form = .text

    @Flag(name: [.short, .long], help: "List all services, also those that are in sync, and the last changes.")
    var verbose = false

    @Flag(help: "Wait until everything is in sync; the same as --wait-for in-sync.")
    var wait = false

    @Option(
        help: ArgumentHelp(
            "Wait until everything is in sync, or until a pass that begins from now on has ended: in-sync or pass.",
            discussion: "After a change of the file, 'pass' waits until the daemon has seen it.",
            valueName: "what"
        )
    )
    var waitFor: Goal?

    @Option(
        help: ArgumentHelp(
            "How long to wait: 90, 90s, 5m or 1h; 0 for no limit. Default: 5m.",
            valueName: "time"
        )
    )
    var timeout: TimeLimit?

    @Flag(
        name: [.short, .long],
        help: ArgumentHelp(
            "Follow the status until interrupted.",
            discussion: """
                A terminal shows the status and what changes in it; elsewhere a line is written for each change, with \
                --output json a document a line. It connects again when the daemon is back.
                """
        )
    )
    var watch = false

    @OptionGroup var style: StyleOptions

    enum Form: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    enum Goal: String, ExpressibleByArgument, CaseIterable {
        case inSync = "in-sync"
        case pass
    }

    /// The time between two requests to the daemon.
    private static let period: Duration = .seconds(1)

    func validate() throws {
        if watch, goal != nil { throw ValidationError("--watch and --wait exclude each other") }
        if wait, waitFor == .pass { throw ValidationError("--wait and --wait-for pass exclude each other") }
        if goal == .inSync, !state.isEmpty {
            throw ValidationError("--wait is about all services or those of --service, so it excludes --state")
        }
        if timeout != nil, goal == nil { throw ValidationError("--timeout needs --wait or --wait-for") }
        _ = try filter
    }

    /// - Throws: `ValidationError` for a state that does not exist.
    private var filter: ServiceFilter {
        get throws {
            var filter = ServiceFilter(slugs: Set(service))
            do {
                for list in state { try filter.add(states: list) }
            } catch {
                throw ValidationError("--state: \(error)")
            }
            return filter
        }
    }

    /// Whether all is well: with `--service` and no `--state` the named services, else everything.
    private func isInSync(_ status: StatusDocument) -> Bool {
        guard !service.isEmpty, state.isEmpty else { return status.isInSync }
        // Where the daemon cannot look, or the file is not in force, what it knows of them is old.
        guard [.inSync, .outOfSync].contains(status.state), unknown(status).isEmpty else { return false }
        return status.services.allSatisfy { $0.state == .inSync }
    }

    /// The services that were asked for and are not there, as far as that is known.
    private func unknown(_ status: StatusDocument) -> [String] {
        state.isEmpty ? Set(service).subtracting(status.services.map(\.slug)).sorted() : []
    }

    private var goal: Goal? { waitFor ?? (wait ? .inSync : nil) }

    func run() async throws {
        var connection = try StatusConnection(address: daemon.address, filter)
        do {
            if watch { return try await follow(&connection) }
            let answer = goal == nil ? try await connection.fetch() : try await waited(&connection)
            show(answer)
            if !isInSync(answer.status) { throw ExitStatus.incomplete.thrown }
        } catch let error as StatusConnectionError {
            throw style.refusal(error.description, .unobservable)
        }
    }

    private func show(_ answer: StatusAnswer) {
        switch output {
        case .json: StandardOutput.write(String(decoding: answer.body, as: UTF8.self))
        case .text: StandardOutput.print(text(answer.status))
        }
        for slug in unknown(answer.status) { StandardError.print(unknown(slug, style.standardError)) }
    }

    private func unknown(_ slug: String, _ style: Style) -> String {
        let message = "service '\(slug)': unknown to the daemon; it is neither declared nor owned by it"
        return "\(style.red("error:")) \(message.printable)"
    }

    private func text(_ status: StatusDocument) -> String {
        var text = StatusText(style: style.standardOutput, isVerbose: verbose, now: .now)
        text.isFiltered = !service.isEmpty || !state.isEmpty
        return text.render(status)
    }

    // MARK: - Waiting

    /// - Returns: the status that it waited for, or the last one when the time is over.
    /// - Throws: ``StatusConnectionError`` if none came until then.
    private func waited(_ connection: inout StatusConnection) async throws -> StatusAnswer {
        let limit = (timeout ?? .standard).duration
        let end = limit.map { ContinuousClock.now + $0 }
        var wait = PassWait()
        var last: Result<StatusAnswer, StatusConnectionError>?
        var lines = StatusLines(of: try filter)
        while true {
            do {
                let answer = try await connection.fetch()
                let isOver = goal == .pass ? wait.isOver(answer.status) : isInSync(answer.status)
                if isOver { return answer }
                for line in lines.lines(answer.status, at: .now) { StandardError.print(line) }
                last = .success(answer)
            } catch let error as StatusConnectionError {
                if error.isFinal { throw error }
                // The daemon may be about to start or restart.
                last = .failure(error)
            }
            if let end, .now + Self.period > end { break }
            try await Task.sleep(for: Self.period)
        }
        switch last {
        case .success(let answer):
            StandardError.print("\(style.standardError.red("error:")) timed out after \(timeout ?? .standard)")
            show(answer)
            throw ExitStatus.incomplete.thrown
        case .failure(let error): throw error
        case nil: throw StatusConnectionError("the daemon does not answer")
        }
    }

    // MARK: - Following

    private func follow(_ connection: inout StatusConnection) async throws {
        let isScreen = output == .text && isatty(STDOUT_FILENO) == 1
        var lines = StatusLines(of: try filter)
        var shown: [UInt8]?
        var latest: StatusDocument?
        var lostAt: Timestamp?
        var unknownBefore: [String] = []
        while true {
            do {
                let answer = try await connection.fetch()
                if lostAt != nil, !isScreen { StandardError.print("\(Timestamp.now) the daemon answers again") }
                lostAt = nil
                latest = answer.status
                if !isScreen, answer.body != shown { append(answer, &lines) }
                let unknown = unknown(answer.status)
                for slug in unknown where !isScreen && !unknownBefore.contains(slug) {
                    StandardError.print(self.unknown(slug, style.standardError))
                }
                unknownBefore = unknown
                shown = answer.body
            } catch let error as StatusConnectionError {
                if error.isFinal { throw error }
                if lostAt == nil {
                    lostAt = .now
                    if !isScreen { StandardError.print("\(Timestamp.now) \(error); trying again".printable) }
                }
            }
            if isScreen { draw(latest, lostAt: lostAt) }
            try await Task.sleep(for: Self.period)
        }
    }

    private func append(_ answer: StatusAnswer, _ lines: inout StatusLines) {
        switch output {
        case .text: for line in lines.lines(answer.status, at: .now) { StandardOutput.print(line) }
        case .json:
            guard let json = try? JSONValue(parsing: answer.body) else { return }
            StandardOutput.print(RunnerCommand.neutralized(json: String(decoding: json.serialized(), as: UTF8.self)))
        }
    }

    /// Redraws the screen: from its upper left corner, each line to its end, and then nothing (ECMA-48).
    private func draw(_ status: StatusDocument?, lostAt: Timestamp?) {
        var blocks: [String] = []
        if let lostAt {
            let since = Int(Timestamp.now.date.timeIntervalSince(lostAt.date))
            let text = "The daemon has not answered for \(since) s; trying again at \(daemon.address)"
            blocks.append(style.standardOutput.yellow(text.printable))
        }
        if let status {
            blocks += unknown(status).map { unknown($0, style.standardOutput) }
            blocks.append(text(status))
        }
        var size = winsize()
        let rows = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 2 ? Int(size.ws_row) : 24
        let screen = blocks.joined(separator: "\n\n").cut(toLines: rows - 1).replacing("\n", with: "\u{1B}[K\n")
        StandardOutput.write("\u{1B}[H\(screen)\u{1B}[K\n\u{1B}[J")
    }
}

/// A time limit: `90`, `90s`, `5m`, `1h`; 0 for no limit.
struct TimeLimit: ExpressibleByArgument, CustomStringConvertible {
    static let standard = TimeLimit(seconds: 300)

    private let seconds: Int

    private init(seconds: Int) {
        self.seconds = seconds
    }

    init?(argument: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
        let unit = argument.last.flatMap { units[$0] }
        let digits = unit == nil ? argument[...] : argument.dropLast()
        guard digits.utf8.allSatisfy(\.isASCIIDigit), let number = Int(digits), number <= 86_400 else { return nil }
        seconds = number * (unit ?? 1)
    }

    /// Nil for no limit.
    var duration: Duration? { seconds == 0 ? nil : .seconds(seconds) }
    var description: String { "\(seconds) s" }
}
