import DesiredState
import FoundationEssentials
import Logging
import Reporting

/// Writes the log to stderr: a line of text each on a terminal, a JSON object each otherwise.
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

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
        let time = Date.now.formatted(.iso8601)
        if isText {
            let tail = fields.sorted { $0.key < $1.key }.map { "  \($0.key)=\($0.value)" }.joined()
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
