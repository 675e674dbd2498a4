import ArgumentParser
import DesiredState
import Reporting

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
}
