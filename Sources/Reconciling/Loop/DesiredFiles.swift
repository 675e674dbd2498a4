package import DesiredState
package import KubernetesAPI
import SecretSources
import Synchronization

/// The desired-state files, and the last good state of them.
package final class DesiredFiles: Sendable {
    /// What is in force.
    package struct Loaded: Sendable, Equatable {
        package var desired: DesiredState
        /// `sha256:` and hexadecimal digits.
        package var hash: String
        package var at: Timestamp
        package var warnings: [Diagnostic]
        /// The files that hold the services' secrets, sorted.
        package let secretFiles: [String]
        /// The Kubernetes Secrets that hold the others.
        package let kubernetesSecrets: Set<ObjectName>

        init(_ desired: DesiredState, hash: String, at time: Timestamp, warnings: [Diagnostic]) {
            self.desired = desired
            self.hash = hash
            at = time
            self.warnings = warnings
            let files = desired.services.compactMap { service -> String? in
                guard case .file(let path) = service.provider?.secret else { return nil }
                return path
            }
            secretFiles = Set(files).sorted()
            kubernetesSecrets = Set(desired.services.compactMap { $0.provider?.secret?.object })
        }
    }

    /// What came of looking at the files again.
    package enum Change: Sendable, Equatable {
        case same
        /// What is there now is in force.
        case loaded(Loaded)
        /// What is there now has mistakes; what was in force stays so.
        case invalid([Diagnostic])
    }

    private struct State {
        var loaded: Loaded
        /// Of what was read last, in force or not.
        var hash: String
    }

    package let paths: [String]
    private let state: Mutex<State>

    /// Reads them for the first time: there must be something good to begin with.
    ///
    /// - Throws: ``InvalidFiles``.
    package init(paths: [String], at time: Timestamp) throws {
        let sources = DesiredSources(paths: paths)
        let result = DesiredStateLoader.load(sources)
        guard let desired = result.state else { throw InvalidFiles(diagnostics: result.diagnostics) }
        self.paths = paths
        let loaded = Loaded(desired, hash: sources.hash, at: time, warnings: result.diagnostics)
        state = Mutex(State(loaded: loaded, hash: sources.hash))
    }

    /// What is in force.
    package var loaded: Loaded { state.withLock { $0.loaded } }

    /// Reads the files again.
    package func reload(at time: Timestamp) -> Change {
        let sources = DesiredSources(paths: paths)
        let hash = sources.hash
        guard state.withLock({ $0.hash }) != hash else { return .same }
        let result = DesiredStateLoader.load(sources)
        return state.withLock { state in
            state.hash = hash
            guard let desired = result.state else { return .invalid(result.diagnostics) }
            state.loaded = Loaded(desired, hash: hash, at: time, warnings: result.diagnostics)
            return .loaded(state.loaded)
        }
    }
}

/// The files have mistakes.
package struct InvalidFiles: Error, Sendable {
    package var diagnostics: [Diagnostic]
}
