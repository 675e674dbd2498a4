import ArgumentParser
import FoundationEssentials
import Glibc

/// How output looks.
struct StyleOptions: ParsableArguments {
    enum Color: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    @Option(help: "Colours; 'auto' is on a terminal, unless NO_COLOR is set.")
    var color: Color = .auto

    var standardOutput: Style { Style(isColored: isColored(STDOUT_FILENO)) }
    var standardError: Style { Style(isColored: isColored(STDERR_FILENO)) }

    private func isColored(_ descriptor: Int32) -> Bool {
        switch color {
        case .always: return true
        case .never: return false
        case .auto:
            let environment = ProcessInfo.processInfo.environment
            // https://no-color.org: set and not empty.
            let isRefused = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
            return !isRefused && isatty(descriptor) == 1
        }
    }
}
