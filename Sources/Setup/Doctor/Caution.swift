package import AuthentikAPI
package import DesiredState
import Files

/// Something that works, and by which a secret may get into the wrong hands: said once when a run begins, and by
/// `doctor`.
package struct Caution: Sendable, Equatable, CustomStringConvertible {
    /// What it is: a clause.
    package var message: String
    /// What to do: a clause.
    package var advice: String

    package var description: String { "\(message); \(advice)" }

    /// The files that hold what nobody else may know, apart from those of client secrets.
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
    ///   - address: nil for one on this machine, in this process.
    ///   - desired: nil if it is not known.
    package static func all(
        address: AuthentikAddress?,
        files: PrivateFiles,
        desired: DesiredState?
    ) -> [Caution] {
        var cautions: [Caution] = []
        if let address, address.isPlain, !address.isLoopback {
            cautions.append(
                Caution(
                    message: "the token and every client secret go to \(address) in clear",
                    advice: "use https://, unless nobody can listen on the way"
                )
            )
        }
        let files = [
            ("the token file", files.token), ("the trigger token file", files.triggerToken),
            ("the client's key", files.clientKey),
        ]
        for (what, path) in files {
            guard let path else { continue }
            if FileExposure.isReadableByOthers(path) {
                cautions.append(
                    Caution(
                        message: "\(what) '\(path)' can be read by everybody on this machine",
                        advice: "'chmod o= \(path)' ends that; in Kubernetes, mount its Secret with defaultMode 0440"
                    )
                )
            }
            let users = desired?.services.filter { $0.provider?.secret == .file(path) } ?? []
            cautions += users.map { service in
                Caution(
                    message: "the secretRef of '\(service.slug)' is \(what) '\(path)'",
                    advice: "give the service a secret of its own"
                )
            }
        }
        return cautions
    }
}
