public import ArgumentParser
import Glibc
public import Logging

/// What goes to stderr, and how.
struct LogOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case auto, text, json
    }

    @Option(
        help: ArgumentHelp(
            "trace, debug, info, notice, warning, error or critical. (environment: RECONCILE_LOG_LEVEL)",
            discussion: "Default: info for the daemon, else notice.",
            valueName: "level"
        )
    )
    var logLevel: Logger.Level?

    @Option(
        help: """
            The form of the log on stderr: text, json, or auto, which is text on a terminal and JSON lines otherwise. \
            (environment: RECONCILE_LOG_FORMAT)
            """
    )
    var logFormat: Format?

    func validate() throws {
        _ = try level
        _ = try format
    }

    /// - Parameters:
    ///   - standard: the level unless another one is asked for.
    ///   - showsTime: whether lines of text tell the time.
    func logger(_ standard: Logger.Level = .notice, showsTime: Bool = false) -> Logger {
        // What cannot be understood was refused by `validate()`.
        let format = (try? format) ?? .auto
        let isText = format == .text || (format == .auto && isatty(STDERR_FILENO) == 1)
        var logger = Logger(label: "reconcile") { _ in StandardErrorLogHandler(isText: isText, showsTime: showsTime) }
        logger.logLevel = (try? level) ?? standard
        return logger
    }

    private var level: Logger.Level? {
        get throws { try logLevel ?? Self.variable("RECONCILE_LOG_LEVEL", Logger.Level.init(rawValue:)) }
    }

    private var format: Format? {
        get throws { try logFormat ?? Self.variable("RECONCILE_LOG_FORMAT", Format.init(rawValue:)) }
    }

    private static func variable<Value>(_ name: String, _ parse: (String) -> Value?) throws -> Value? {
        guard let text = Environment[name] else { return nil }
        guard let value = parse(text) else {
            throw ValidationError("\(name) is '\(text)', which is none of its values")
        }
        return value
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
