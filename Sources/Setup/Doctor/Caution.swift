package import AuthentikAPI
package import DesiredState
import Files

/// Something that works but may expose a secret, or not be meant: logged once when a run starts, and reported by `doctor`.
package struct Caution: Sendable, Equatable, CustomStringConvertible {
    /// What it is, as a clause.
    package var message: String
    /// What to do, as a clause.
    package var advice: String

    package var description: String { "\(message); \(advice)" }

    /// The files with secrets, other than client secrets.
    package struct PrivateFiles: Sendable {
        package var token: String?
        package var triggerToken: String?
        package var clientKey: String?

        package init(token: String? = nil, triggerToken: String? = nil, clientKey: String? = nil) {
            self.token = token
            self.triggerToken = triggerToken
            self.clientKey = clientKey
        }
    }

    /// - Parameters:
    ///   - address: nil for a sandbox in this process.
    ///   - desired: nil if unknown.
    ///   - ignoresTokenVariable: whether `AUTHENTIK_TOKEN` has no effect because `AUTHENTIK_TOKEN_FILE` is set, too.
    package static func all(
        address: AuthentikAddress?,
        files: PrivateFiles,
        desired: DesiredState?,
        ignoresTokenVariable: Bool = false
    ) -> [Caution] {
        var cautions: [Caution] = []
        if ignoresTokenVariable {
            cautions.append(
                Caution(
                    message: "AUTHENTIK_TOKEN is ignored, because AUTHENTIK_TOKEN_FILE is set, too",
                    advice: "unset one of them, e.g. with 'env -u AUTHENTIK_TOKEN_FILE'"
                )
            )
        }
        if let address, address.isPlain, !address.isLoopback {
            cautions.append(
                Caution(
                    message: "the token and all client secrets are sent to \(address) unencrypted",
                    advice: "use https://, unless the network is trusted"
                )
            )
        }
        let files = [
            ("the token file", files.token), ("the trigger token file", files.triggerToken),
            ("the client key", files.clientKey),
        ]
        for (what, path) in files {
            guard let path else { continue }
            if FileExposure.isReadableByOthers(path) {
                cautions.append(
                    Caution(
                        message: "\(what) '\(path)' is readable by every user of this machine",
                        advice: "run 'chmod o= \(path)'; in Kubernetes, mount its Secret with defaultMode 0440"
                    )
                )
            }
            let users = desired?.services.filter { $0.provider?.secret == .file(path) } ?? []
            cautions += users.map { service in
                Caution(
                    message: "the secretRef of '\(service.slug)' is \(what) '\(path)'",
                    advice: "use a separate secret for the service"
                )
            }
        }
        return cautions
    }
}
