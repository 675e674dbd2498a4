package import Base
package import DesiredState
import KubernetesAPI
package import Status
import Synchronization

/// The desired-state files, and their last valid version.
package final class DesiredFiles: Sendable {
    /// The version in force.
    package struct Loaded: Sendable {
        package let files: LoadedFiles
        /// The files that hold the services' secrets, sorted.
        let secretFiles: [String]
        /// The Kubernetes Secrets that hold the others.
        let kubernetesSecrets: Set<ObjectName>

        init(_ files: LoadedFiles) {
            self.files = files
            let paths = files.desired.services.compactMap { service -> String? in
                guard case .file(let path) = service.provider?.secret else { return nil }
                return path
            }
            secretFiles = Set(paths).sorted()
            let objects = files.desired.services.compactMap { service -> ObjectName? in
                guard case .kubernetes(let namespace, let name, _) = service.provider?.secret else { return nil }
                return ObjectName(namespace: namespace, name: name)
            }
            kubernetesSecrets = Set(objects)
        }

        /// The slugs of the services whose secret is in one of these files.
        func services(withSecretsIn paths: Set<String>) -> Set<String> {
            services { if case .file(let path) = $0 { paths.contains(path) } else { false } }
        }

        /// The slugs of the services whose secret is in a Kubernetes Secret.
        func services(withSecretsIn object: ObjectName) -> Set<String> {
            services { reference in
                guard case .kubernetes(let namespace, let name, _) = reference else { return false }
                return ObjectName(namespace: namespace, name: name) == object
            }
        }

        private func services(where isMeant: (SecretReference) -> Bool) -> Set<String> {
            Set(files.desired.services.filter { $0.provider?.secret.map(isMeant) ?? false }.map(\.slug))
        }
    }

    private struct State {
        var loaded: Loaded
        /// Of the last version read, whether it is in force or not.
        var hash: String
    }

    package let paths: [String]
    private let state: Mutex<State>

    /// Reads the files for the first time: they must be valid to begin with.
    ///
    /// - Throws: ``InvalidFiles``.
    package init(paths: [String], at time: Timestamp) throws {
        let sources = DesiredSources(paths: paths)
        let result = DesiredStateLoader.load(sources)
        guard let desired = result.state else { throw InvalidFiles(diagnostics: result.diagnostics) }
        self.paths = paths
        let files = LoadedFiles(desired, hash: sources.hash, at: time, warnings: result.diagnostics)
        state = Mutex(State(loaded: Loaded(files), hash: sources.hash))
    }

    /// The version in force.
    package var loaded: Loaded { state.withLock { $0.loaded } }

    /// Reads the files again.
    func reload(at time: Timestamp) -> FileChange {
        let sources = DesiredSources(paths: paths)
        let hash = sources.hash
        guard state.withLock({ $0.hash }) != hash else { return .same }
        let result = DesiredStateLoader.load(sources)
        return state.withLock { state in
            state.hash = hash
            guard let desired = result.state else { return .invalid(result.diagnostics) }
            let files = LoadedFiles(desired, hash: hash, at: time, warnings: result.diagnostics)
            state.loaded = Loaded(files)
            return .loaded(files)
        }
    }
}

/// The files have errors.
package struct InvalidFiles: Error, Sendable {
    package var diagnostics: [Diagnostic]
}
