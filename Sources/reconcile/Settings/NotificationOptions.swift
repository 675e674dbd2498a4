import ArgumentParser
import Base
import Controller
import CurlTransport
import Files
import Logging
import Notifications
import Secrets
import Synchronization

/// Where the daemon sends notifications.
struct NotificationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A webhook to notify of drift, failures, held deletions and recoveries. (environment: RECONCILE_NOTIFY_URL)",
            discussion: """
                The URL is a secret: other users of this machine see command lines, so prefer --notify-url-file or the \
                environment.
                """,
            valueName: "url"
        )
    )
    var notifyURL: String?

    @Option(
        help: ArgumentHelp(
            "A file with that URL; it may change while the daemon runs. (environment: RECONCILE_NOTIFY_URL_FILE)",
            valueName: "file"
        ),
        completion: .file()
    )
    var notifyURLFile: String?

    @Option(
        help: ArgumentHelp(
            "The body of notifications: generic, ntfy, slack, mattermost or discord. (environment: RECONCILE_NOTIFY_FORMAT)",
            discussion: "Default: the one that the URL's host is known for, else generic.",
            valueName: "format"
        )
    )
    var notifyFormat: NotificationFormat?

    @Option(
        help: ArgumentHelp(
            "A PEM file with the authorities to trust for --notify-url instead of the system's.",
            valueName: "file"
        ),
        completion: .file()
    )
    var notifyCAFile: String?

    func validate() throws {
        _ = try target()
        guard let notifyCAFile else { return }
        do {
            try BoundedFile.check(notifyCAFile)
        } catch {
            throw ValidationError("cannot read the file '\(notifyCAFile)': \(error)")
        }
    }

    private var path: String? {
        let path = notifyURLFile ?? (notifyURL == nil ? Environment["RECONCILE_NOTIFY_URL_FILE"] : nil) ?? ""
        return path.isEmpty ? nil : path
    }

    private var format: NotificationFormat? {
        get throws {
            if let notifyFormat { return notifyFormat }
            guard let text = Environment["RECONCILE_NOTIFY_FORMAT"], !text.isEmpty else { return nil }
            guard let format = NotificationFormat(rawValue: text) else {
                let known = NotificationFormat.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("invalid RECONCILE_NOTIFY_FORMAT '\(text)'; expected one of \(known)")
            }
            return format
        }
    }

    /// The current target of notifications; nil for none.
    ///
    /// - Throws: `ValidationError`, which shows nothing of the URL.
    func target() throws -> NotificationTarget? {
        if notifyURL != nil, notifyURLFile != nil {
            throw ValidationError("--notify-url and --notify-url-file exclude each other")
        }
        let format = try format
        if let path { return try Self.target(inFile: path, format) }
        guard let text = notifyURL ?? Environment["RECONCILE_NOTIFY_URL"], !text.isEmpty else { return nil }
        do {
            return try NotificationTarget(text, format: format)
        } catch {
            throw ValidationError("invalid notification URL: \(error)")
        }
    }

    private static func target(inFile path: String, _ format: NotificationFormat?) throws -> NotificationTarget {
        do {
            return try NotificationTarget(try TokenFile.text(path, .regular), format: format)
        } catch {
            throw ValidationError("invalid notification URL in the file '\(path)': \(error)")
        }
    }

    /// The sender; nil if no notifications are sent.
    func sender(_ log: LoopLog) throws -> NotificationSender? {
        guard let target = try target() else { return nil }
        var configuration = TransportConfiguration()
        configuration.authoritiesFile = notifyCAFile
        log.notifies(target)
        let format = try format
        let last = LastTarget(target)
        return NotificationSender(
            target: { [path] in
                guard let path else { return target }
                // While the file is invalid, the last address stays in use.
                do {
                    last.set(try Self.target(inFile: path, format))
                } catch {
                    log.cannotReadNotificationURL("\(error)")
                }
                return last.value
            },
            transport: try CurlTransport(configuration: configuration),
            report: log.notified
        )
    }
}

/// The last valid address.
private final class LastTarget: Sendable {
    private let target: Mutex<NotificationTarget>

    init(_ target: NotificationTarget) {
        self.target = Mutex(target)
    }

    var value: NotificationTarget { target.withLock { $0 } }

    func set(_ target: NotificationTarget) { self.target.withLock { $0 = target } }
}

extension NotificationFormat: ExpressibleByArgument {}
