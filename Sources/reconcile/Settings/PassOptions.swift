import ArgumentParser
import Base
import DesiredState
import Planning
import Reporting

/// What every pass and plan takes.
struct PassOptions: ParsableArguments {
    @OptionGroup var files: FileOptions
    @OptionGroup var builtIn: BuiltInOptions
    @OptionGroup var connection: ConnectionOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The form of the result on stdout: text, json or markdown.",
            discussion: "manifests/schemas describes the JSON."
        )
    )
    var output: OutputFormat = .text

    @Flag(name: [.short, .long], help: "Also show the services that are in sync, and the fields of many new ones.")
    var verbose = false

    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions

    /// Whether the Authentik is one that is made for this run.
    var isSandbox: Bool { builtIn.sandbox }

    /// What commands that are printed repeat of it.
    var invocation: Invocation { Invocation(files: files.config, connection: isSandbox ? ["--sandbox"] : []) }
}

extension OutputFormat: ExpressibleByArgument {}

/// Which Authentik, if it is none to be connected to.
struct BuiltInOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Use a built-in Authentik, made for this run, instead of a real one.",
            visibility: BuiltInAuthentik.isThere ? .default : .hidden
        )
    )
    var sandbox = false

    func validate() throws {
        if sandbox { try BuiltInAuthentik.check() }
    }
}

/// Which services a pass or plan is about, if not all.
struct NarrowingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only this service, declared or an orphan; may be repeated. Nothing else is shown or written; the deletion limit counts all.",
            valueName: "slug"
        )
    )
    var only: [String] = []
}

/// How far a pass may delete.
struct DeletionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Let up to so many services be deleted from this once, where the deletion limit would hold them back.",
            valueName: "n"
        )
    )
    var allowDeletions: Int?

    func validate() throws {
        if let allowDeletions, allowDeletions < 0 { throw ValidationError("--allow-deletions must not be negative") }
    }
}

/// How much is written at the same time.
struct ConcurrencyOptions: ParsableArguments {
    static let standard = 4

    @Option(
        help: ArgumentHelp(
            "Writes sent to Authentik at the same time, from 1 to 64; default: 4. (environment: RECONCILE_CONCURRENCY)",
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

/// Which files declare the services.
struct FileOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "A desired-state file, or a directory of them; may be repeated. (environment: RECONCILE_CONFIG)",
            valueName: "file"
        )
    )
    var config: [String] = []

    /// The given paths, else the environment's.
    func paths() throws -> [String] {
        if !config.isEmpty { return config }
        if let path = Environment["RECONCILE_CONFIG"] { return [path] }
        throw ValidationError("no file is given; use --config FILE or set RECONCILE_CONFIG")
    }

    /// Reads the files, and prints what there is to say about them.
    ///
    /// - Throws: The exit code 65 if they are wrong.
    func load(style: Style) throws -> DesiredState {
        let result = DesiredStateLoader.load(paths: try paths())
        let renderer = DiagnosticRenderer(isColored: style.isColored)
        StandardError.write(renderer.render(result.diagnostics))
        guard let state = result.state else { throw ExitStatus.invalidFile.thrown }
        return state
    }

    /// The same; nil if no file is given.
    func loadIfGiven(style: Style) throws -> DesiredState? {
        config.isEmpty && Environment["RECONCILE_CONFIG"] == nil ? nil : try load(style: style)
    }
}
