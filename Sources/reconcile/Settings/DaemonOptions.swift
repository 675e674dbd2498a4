import Applying
import ArgumentParser
import Base
import Controller
import Files
import FoundationEssentials
import Secrets
import StatusServer

/// How the daemon runs and what it serves.
struct DaemonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Between passes when nothing else asks for one.",
            valueName: "n"
        )
    )
    var intervalSeconds = 300

    @Option(
        help: ArgumentHelp(
            "Between looks at Authentik's audit log for changes by hand; 0 for none.",
            valueName: "n"
        )
    )
    var auditSeconds = 5

    @Option(
        help: ArgumentHelp(
            "How long a Kubernetes Secret that is not there yet is waited for, before its service counts as blocked.",
            valueName: "n"
        )
    )
    var secretGraceSeconds = 600

    @Option(
        help: ArgumentHelp(
            "Within which each login is proved to work, as 'reconcile verify' does; after a change at once; 0 for never.",
            valueName: "n"
        )
    )
    var verifySeconds = 3600

    @OptionGroup var leadership: LeadershipOptions

    @Option(
        help: ArgumentHelp(
            "Where to serve status, metrics and health: 127.0.0.1:8080, :8080 for every address, 8080. (environment: RECONCILE_LISTEN)",
            discussion: "Default: 127.0.0.1:8080. Port 0 is any free one.",
            valueName: "address"
        )
    )
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "A name by which the server may be asked for a pass, beside localhost and IP addresses; may be repeated.",
            valueName: "host"
        )
    )
    var allowedHost: [String] = []

    @OptionGroup var trigger: TriggerTokenOptions
    @OptionGroup var notifications: NotificationOptions

    func validate() throws {
        guard (1...86_400).contains(intervalSeconds) else {
            throw ValidationError("--interval-seconds must be from 1 to 86400")
        }
        guard (0...3600).contains(auditSeconds) else { throw ValidationError("--audit-seconds must be from 0 to 3600") }
        guard (0...86_400).contains(secretGraceSeconds) else {
            throw ValidationError("--secret-grace-seconds must be from 0 to 86400")
        }
        guard (0...86_400).contains(verifySeconds) else {
            throw ValidationError("--verify-seconds must be from 0 to 86400")
        }
        _ = try address
    }

    /// - Parameter passLimit: how long a pass may take.
    func loopSettings(passLimit: Duration) -> LoopSettings {
        var settings = LoopSettings()
        settings.interval = .seconds(intervalSeconds)
        settings.passLimit = passLimit
        settings.auditPeriod = auditSeconds == 0 ? nil : .seconds(auditSeconds)
        settings.verifyPeriod = verifySeconds == 0 ? nil : .seconds(verifySeconds)
        return settings
    }

    func serverSettings() throws -> StatusServerSettings {
        var settings = StatusServerSettings()
        settings.address = try address
        settings.hosts = Set(allowedHost)
        if let token = trigger.token { settings.triggerToken = token }
        return settings
    }

    private var address: ListenAddress {
        get throws {
            let text = listen ?? Environment["RECONCILE_LISTEN"] ?? ""
            if text.isEmpty { return .standard }
            guard let address = ListenAddress(text) else {
                throw ValidationError("invalid listen address '\(text)'; expected HOST:PORT, :PORT or PORT")
            }
            return address
        }
    }
}

/// Who may ask the daemon for a pass.
struct TriggerTokenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with the bearer token that POST /reconcile needs. (environment: RECONCILE_TRIGGER_TOKEN_FILE)",
            valueName: "file"
        ),
        completion: .file()
    )
    var triggerTokenFile: String?

    func validate() throws {
        guard let path else { return }
        do {
            guard try Self.token(path) == nil else { return }
        } catch {
            throw SettingError("the trigger token file '\(path)' cannot be read: \(error)")
        }
        throw SettingError("the trigger token file '\(path)' is empty")
    }

    var path: String? {
        let path = triggerTokenFile ?? Environment["RECONCILE_TRIGGER_TOKEN_FILE"] ?? ""
        return path.isEmpty ? nil : path
    }

    /// Reads it anew each time; nil if everybody may ask.
    var token: (@Sendable () -> Secret?)? {
        guard let path else { return nil }
        return { try? Self.token(path) }
    }

    /// A pipe would give it only once.
    ///
    /// - Returns: nil if it is empty.
    private static func token(_ path: String) throws(FileFailure) -> Secret? {
        let token = try TokenFile.text(path, .regular).trimmed
        return token.isEmpty ? nil : Secret(token)
    }
}
