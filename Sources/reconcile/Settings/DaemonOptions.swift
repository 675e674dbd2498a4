import Applying
import ArgumentParser
import Base
import Controller
import Files
import FoundationEssentials
import Secrets
import StatusServer

/// How the daemon runs, and where it serves what.
struct DaemonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Seconds between periodic passes, which read everything.",
            discussion: "Default: 300, or more where that would take more than 2 % of Authentik's time.",
            valueName: "n"
        )
    )
    var intervalSeconds: Int?

    @Option(
        help: ArgumentHelp(
            "Seconds between checks of Authentik's audit log for changes by others; 0 turns them off.",
            valueName: "n"
        )
    )
    var auditSeconds = 5

    @Option(
        help: ArgumentHelp(
            "Seconds to wait for a Kubernetes Secret that does not exist yet before its service counts as blocked.",
            valueName: "n"
        )
    )
    var secretGraceSeconds = 600

    @Option(
        help: ArgumentHelp(
            "Seconds within which each login is checked again, as 'reconcile verify' does; a changed one is checked at once; 0 turns checks off.",
            discussion: "Default: 3600, or more where that would take more than 2 % of Authentik's time.",
            valueName: "n"
        )
    )
    var verifySeconds: Int?

    @Option(
        help: ArgumentHelp(
            "The address to serve status, metrics and health on: HOST:PORT, :PORT for all addresses, or PORT. (environment: RECONCILE_LISTEN)",
            discussion: "Default: 127.0.0.1:8080. Port 0 takes any free port.",
            valueName: "address"
        )
    )
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "A host name, in addition to localhost and IP addresses, under which passes may be requested (repeatable).",
            valueName: "host"
        )
    )
    var allowedHost: [String] = []

    func validate() throws {
        guard intervalSeconds.map({ (1...86_400).contains($0) }) ?? true else {
            throw ValidationError("--interval-seconds must be from 1 to 86400")
        }
        guard (0...3600).contains(auditSeconds) else { throw ValidationError("--audit-seconds must be from 0 to 3600") }
        guard (0...86_400).contains(secretGraceSeconds) else {
            throw ValidationError("--secret-grace-seconds must be from 0 to 86400")
        }
        guard verifySeconds.map({ (0...86_400).contains($0) }) ?? true else {
            throw ValidationError("--verify-seconds must be from 0 to 86400")
        }
        _ = try address
    }

    /// - Parameter passLimit: the maximum duration of a pass.
    func loopSettings(passLimit: Duration) -> LoopSettings {
        var settings = LoopSettings()
        if let intervalSeconds { settings.interval = .seconds(intervalSeconds) }
        settings.isIntervalGiven = intervalSeconds != nil
        settings.passLimit = passLimit
        settings.auditPeriod = auditSeconds == 0 ? nil : .seconds(auditSeconds)
        settings.verifyPeriod = verifySeconds == 0 ? nil : .seconds(verifySeconds ?? 3600)
        settings.isVerifyPeriodGiven = verifySeconds != nil
        return settings
    }

    func serverSettings(_ trigger: TriggerTokenOptions) throws -> StatusServerSettings {
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

/// Who may request a pass.
struct TriggerTokenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with the bearer token required for POST /reconcile. (environment: RECONCILE_TRIGGER_TOKEN_FILE)",
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
            throw SettingError("cannot read the trigger token file '\(path)': \(error)")
        }
        throw SettingError("the trigger token file '\(path)' is empty")
    }

    var path: String? {
        let path = triggerTokenFile ?? Environment["RECONCILE_TRIGGER_TOKEN_FILE"] ?? ""
        return path.isEmpty ? nil : path
    }

    /// Reads the token again for each request; nil if none is needed.
    var token: (@Sendable () -> Secret?)? {
        guard let path else { return nil }
        return { try? Self.token(path) }
    }

    /// A pipe could only be read once.
    ///
    /// - Returns: nil if the file is empty.
    private static func token(_ path: String) throws(FileFailure) -> Secret? {
        let token = try TokenFile.text(path, .regular).trimmed
        return token.isEmpty ? nil : Secret(token)
    }
}
