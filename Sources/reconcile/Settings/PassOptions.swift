import ArgumentParser
import AuthentikAPI
import Base
import DesiredState
import Planning
import Reporting

/// A command that plans or applies.
///
/// Each has these groups of options itself, not in a group around them: debug builds of ArgumentParser check a group again
/// for every group that it is in, which took most of the CPU time of the tests that run the program.
protocol PassCommand: AsyncParsableCommand {
    var files: FileOptions { get }
    var builtIn: BuiltInOptions { get }
    var connection: ConnectionOptions { get }
    var result: ResultOptions { get }
    var style: StyleOptions { get }
    var log: LogOptions { get }
}

extension PassCommand {
    var pass: PassOptions {
        PassOptions(
            files: files,
            builtIn: builtIn,
            connection: connection,
            output: result.output,
            verbose: result.verbose,
            style: style,
            log: log
        )
    }
}

/// How the result of a pass or plan is shown.
struct ResultOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "Format of the result on stdout: text, json or markdown.",
            discussion: "The JSON is described in manifests/schemas."
        )
    )
    var output: OutputFormat = .text

    @Flag(name: [.short, .long], help: "List everything: services in sync, all of many, the fields of new ones.")
    var verbose = false
}

/// The options of every command that plans or applies.
struct PassOptions: Sendable {
    var files: FileOptions
    var builtIn: BuiltInOptions
    var connection: ConnectionOptions
    var output: OutputFormat
    var verbose: Bool
    var style: StyleOptions
    var log: LogOptions

    /// Whether a sandbox is started for this run.
    var isSandbox: Bool { builtIn.sandbox }

    /// The options that printed commands repeat.
    var invocation: Invocation {
        if isSandbox { return Invocation(files: files.config, connection: ["--sandbox"]) }
        return connection.invocation(files: files.config)
    }
}

extension OutputFormat: ExpressibleByArgument {}

/// Whether to use a sandbox instead of a real Authentik.
struct BuiltInOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Use a built-in Authentik that exists for this run only, instead of a real one.",
            visibility: BuiltInAuthentik.isThere ? .default : .hidden
        )
    )
    var sandbox = false

    func validate() throws {
        if sandbox { try BuiltInAuthentik.check() }
    }
}

/// The services that a pass or plan is limited to.
struct NarrowingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Limit the run to this service, declared or an orphan (repeatable).",
            discussion: "Other services are neither shown nor written. The deletion limit still counts all services.",
            valueName: "slug"
        )
    )
    var only: [String] = []
}

/// The number of deletions that a pass may make.
struct DeletionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Allow up to N deletions in this run, even if the deletion limit would hold them back.",
            valueName: "n"
        )
    )
    var allowDeletions: Int?

    func validate() throws {
        if let allowDeletions, allowDeletions < 0 { throw ValidationError("--allow-deletions must not be negative") }
    }
}

/// How many requests are sent at the same time.
struct ConcurrencyOptions: ParsableArguments {
    static let standard = AuthentikClient.standardConcurrency

    @Option(
        help: ArgumentHelp(
            "Number of writes in flight at the same time, 1 to 64 (default: 4). (environment: RECONCILE_CONCURRENCY)",
            discussion: "With reads, twice as many. If Authentik slows down, fewer are sent until it recovers.",
            valueName: "n"
        )
    )
    var concurrency: Int?

    func validate() throws { _ = try limit }

    var limit: Int {
        get throws {
            if let concurrency { return try Self.checked(concurrency, "--concurrency") }
            let variable = "RECONCILE_CONCURRENCY"
            guard let text = Environment[variable] else { return Self.standard }
            return try Self.checked(Int(text), variable)
        }
    }

    private static func checked(_ number: Int?, _ name: String) throws -> Int {
        guard let number, (1...64).contains(number) else { throw ValidationError("\(name) must be from 1 to 64") }
        return number
    }
}

/// The files that declare the services, as an option.
struct FileOptions: ParsableArguments {
    @Option(
        name: [.short, .customShort("f"), .long],
        help: ArgumentHelp(
            "A file, or a directory of .yaml and .yml files (repeatable; - for stdin). (environment: RECONCILE_CONFIG)",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: [String] = []

    var readsStandardInput: Bool { config.contains("-") || config.contains(SourceFile.standardInput) }

    /// The given paths, otherwise those from the environment.
    func paths() throws -> [String] {
        if !config.isEmpty { return config.map { $0 == "-" ? SourceFile.standardInput : $0 } }
        if let path = Environment["RECONCILE_CONFIG"] { return [path] }
        throw SettingError("no file is given; use --config FILE, or set RECONCILE_CONFIG")
    }

    /// Reads the files, and prints their errors and warnings.
    ///
    /// - Throws: the exit code 65 if they are invalid.
    func load(style: Style) throws -> DesiredState {
        let result = DesiredStateLoader.load(paths: try paths())
        let renderer = DiagnosticRenderer(isColored: style.isColored)
        StandardError.write(renderer.render(result.diagnostics))
        guard let state = result.state else { throw ExitStatus.invalidFile.thrown }
        return state
    }

    /// Like ``load(style:)``; nil if no file is given.
    func loadIfGiven(style: Style) throws -> DesiredState? {
        config.isEmpty && Environment["RECONCILE_CONFIG"] == nil ? nil : try load(style: style)
    }
}

/// The files that declare the services, as arguments: `reconcile plan services.yaml`.
struct FileArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp("A file or directory, as with --config.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var paths: [String] = []

    init() {}

    init(_ paths: [String]) {
        self.paths = paths
    }
}

extension FileOptions {
    /// Adds the files of the arguments after those of the options.
    func with(_ arguments: FileArguments) -> FileOptions {
        var files = self
        files.config += arguments.paths
        return files
    }
}

extension PassOptions {
    func with(_ arguments: FileArguments) -> PassOptions {
        var pass = self
        pass.files = files.with(arguments)
        return pass
    }
}
