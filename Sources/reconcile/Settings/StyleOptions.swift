import Applying
import ArgumentParser
import AuthentikAPI
import Base
import Glibc
import Reporting

/// Whether output is coloured.
struct StyleOptions: ParsableArguments {
    enum Color: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    @Option(help: "Colour output: auto (on a terminal, unless NO_COLOR is set), always or never.")
    var color: Color = .auto

    var standardOutput: Style { Style(isColored: isColored(STDOUT_FILENO), width: Self.width(of: STDOUT_FILENO)) }
    var standardError: Style { Style(isColored: isColored(STDERR_FILENO), width: Self.width(of: STDERR_FILENO)) }

    /// The number of columns of a terminal, from its driver, otherwise from the variable `COLUMNS`; nil if it is not a
    /// terminal, or if unknown.
    static func width(of descriptor: Int32) -> Int? {
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return Environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

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
    /// Prints why a command failed, keeping the lines of the message.
    ///
    /// - Returns: the error that ends the command.
    func refusal(_ message: String, _ status: ExitStatus) -> ArgumentParser.ExitCode {
        let lines = message.split(separator: "\n").map { String($0).printable }
        StandardError.print(standardError.red("error: ") + lines.joined(separator: "\n"))
        return status.thrown
    }

    /// Prints why a pass ended before it could plan.
    ///
    /// - Parameters:
    ///   - client: used to find out whether the port expects HTTPS, if that may be the reason.
    ///   - invocation: completes the commands that the failure advises.
    func refusal(
        _ failure: PassFailure,
        of client: AuthentikClient?,
        _ invocation: Invocation = Invocation()
    ) async -> ArgumentParser.ExitCode {
        var message = invocation.completing(failure.description)
        let isExplained = failure.cause?.transport.flatMap(ConnectionFault.init) != nil
        if !isExplained, let cause = failure.cause, await client?.connectionFault(behind: cause) == .onlyTLS {
            message += "; \(ConnectionFault.onlyTLS.advice)"
        }
        return refusal(message, ExitStatus(failure))
    }
}
