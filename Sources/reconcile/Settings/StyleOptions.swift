import ArgumentParser
import Glibc
import Reporting

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
            // https://no-color.org: set and not empty.
            let isRefused = Environment["NO_COLOR"] != nil || Environment["TERM"] == "dumb"
            return !isRefused && isatty(descriptor) == 1
        }
    }
}

extension StyleOptions {
    /// Says why nothing came of a command, a line for each of the message.
    ///
    /// - Returns: the error that ends the command.
    func refusal(_ message: String, _ status: ExitStatus) -> ArgumentParser.ExitCode {
        let lines = message.split(separator: "\n").map { String($0).printable }
        StandardError.print(standardError.red("error: ") + lines.joined(separator: "\n"))
        return status.thrown
    }
}
