public import ArgumentParser
import Glibc
public import Logging

/// What goes to stderr, and how.
struct LogOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case auto, text, json
    }

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = .notice

    @Option(help: "The form of the log on stderr; 'auto' is text on a terminal and JSON lines otherwise.")
    var logFormat: Format = .auto

    func logger() -> Logger {
        let isText = logFormat == .text || (logFormat == .auto && isatty(STDERR_FILENO) == 1)
        var logger = Logger(label: "reconcile") { _ in StandardErrorLogHandler(isText: isText) }
        logger.logLevel = logLevel
        return logger
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
