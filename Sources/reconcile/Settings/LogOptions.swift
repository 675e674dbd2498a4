public import ArgumentParser
import DesiredState
import FoundationEssentials
import Glibc
import Kinds
public import Logging
import Reporting

/// What is logged to stderr, and in which format.
struct LogOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case auto, text, json
    }

    @Option(
        help: ArgumentHelp(
            "Log level: trace, debug, info, notice, warning, error or critical. (environment: RECONCILE_LOG_LEVEL)",
            discussion: "Default: info for the daemon, notice otherwise.",
            valueName: "level"
        )
    )
    var logLevel: Logger.Level?

    @Option(
        help: """
            Log format on stderr: text, json, or auto (text on a terminal, JSON lines otherwise). \
            (environment: RECONCILE_LOG_FORMAT)
            """
    )
    var logFormat: Format?

    func validate() throws {
        _ = try level
        _ = try format
    }

    /// - Parameters:
    ///   - standard: the level if none is set.
    ///   - showsTime: whether lines of text begin with the time.
    func logger(_ standard: Logger.Level = .notice, showsTime: Bool = false) -> Logger {
        // Invalid values were rejected by `validate()`.
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

    private static func variable<Value: CaseIterable>(_ name: String, _ parse: (String) -> Value?) throws -> Value? {
        guard let text = Environment[name] else { return nil }
        guard let value = parse(text) else {
            let expected = Value.allCases.map { "\($0)" }.joined(separator: ", ")
            throw SettingError("invalid \(name) '\(text)'; expected one of: \(expected)")
        }
        return value
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// Writes the log to stderr, each entry as a line of text or as a JSON object on one line.
struct StandardErrorLogHandler: LogHandler {
    let isText: Bool
    /// Whether lines of text begin with the time; JSON always has it.
    let showsTime: Bool
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .notice

    init(isText: Bool, showsTime: Bool) {
        self.isText = isText
        self.showsTime = showsTime
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// The order of metadata: the subject of a line first, then what changed and its author, then everything else.
    private static func place(of key: String) -> (Int, String) {
        let first = ["service"] + Kind.all.map(\.id) + ["field", "change", "drift.by"]
        return (first.firstIndex(of: key) ?? first.count, key)
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
        let time = Date.now.formatted(.iso8601)
        if isText {
            let tail = fields.sorted { Self.place(of: $0.key) < Self.place(of: $1.key) }.map {
                "  \($0.key)=\($0.value)"
            }.joined()
            let text = "\(event.level): \(event.message)\(tail)".printable
            StandardError.print("\(showsTime ? "\(time) " : "")\(text)")
        } else {
            var line = fields
            line["time"] = time
            line["level"] = event.level.rawValue
            line["message"] = "\(event.message)"
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            if let data = try? encoder.encode(line) {
                StandardError.print(RunnerCommand.neutralized(json: String(decoding: data, as: UTF8.self)))
            }
        }
    }
}
