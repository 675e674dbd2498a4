package import DesiredState
package import Secrets

/// Turns references to secrets into secrets.
package struct SecretResolver: Sendable {
    private let environment: [String: String]

    /// - Parameter environment: The variables that `env` references mean.
    package init(environment: [String: String]) {
        self.environment = environment
    }

    /// Reads one secret anew; a line break at its end is not part of it.
    ///
    /// - Throws: ``SecretError``, which names the reference and never quotes the value.
    package func resolve(_ reference: SecretReference) throws(SecretError) -> Secret {
        let bytes: [UInt8]
        switch reference {
        case .environment(let name):
            guard let value = environment[name] else { throw SecretError(reference, .missing("is not set")) }
            bytes = [UInt8](value.utf8)
        case .file(let path):
            bytes = try read(path, for: reference)
        case .kubernetes:
            throw SecretError(reference, .unusable("needs a Kubernetes API; there is none here"))
        }
        do {
            return try clientSecret(bytes)
        } catch {
            throw SecretError(reference, error)
        }
    }

    /// A bit more than a secret can be long, so that one that is longer shows.
    private static let longestFile = 1024

    private func read(_ path: String, for reference: SecretReference) throws(SecretError) -> [UInt8] {
        do throws(SourceFile.Failure) {
            return try SourceFile.contents(of: path, limit: Self.longestFile, takesPipes: false)
        } catch {
            if error.isMissing { throw SecretError(reference, .missing("does not exist")) }
            if error.isForbidden { throw SecretError(reference, .unusable("may not be read by this process")) }
            throw SecretError(reference, .unusable("cannot be read: \(error.reason)"))
        }
    }
}

/// Why there is no secret to use.
package struct SecretError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: Error, Sendable, Equatable {
        /// There is nothing yet; somebody may still bring it.
        case missing(String)
        /// There is something that cannot be a client secret.
        case unusable(String)
    }

    package var reference: SecretReference
    package var reason: Reason

    init(_ reference: SecretReference, _ reason: Reason) {
        self.reference = reference
        self.reason = reason
    }

    /// A clause: `the secret (env GRAFANA_OAUTH_CLIENT_SECRET) is not set`.
    package var description: String {
        switch reason {
        case .missing(let clause), .unusable(let clause): "the secret (\(reference)) \(clause)"
        }
    }
}
