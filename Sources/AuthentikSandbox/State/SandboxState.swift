import Files
import FoundationEssentials
import Synchronization

/// The state of a sandbox: to start with, and to store in a file.
///
/// It contains client secrets and tokens in plain text; its file is only readable by its owner.
package struct SandboxState: Sendable {
    var store: Store

    /// A fresh installation.
    ///
    /// - Parameter token: the API token of the superuser `akadmin`.
    package init(release: Sandbox.Release = .december2025, token: String) {
        store = .freshInstallation(release, token: token)
    }

    init(_ store: Store) {
        self.store = store
    }

    /// Reads the format of ``write(to:)``.
    ///
    /// - Throws: ``SandboxError`` if the file cannot be read or contains something else.
    package init(contentsOf path: String) throws(SandboxError) {
        let data: Data
        do {
            data = Data(try BoundedFile.contents(of: path, limit: Self.limit))
        } catch {
            throw .cannotRead(path: path, reason: error.isMissing ? "there is no such file" : error.description)
        }
        do {
            var snapshot = try JSONDecoder().decode(Snapshot.self, from: data)
            guard snapshot.format == Snapshot.currentFormat else {
                throw SandboxError.noState(path: path, reason: "its format is not \(Snapshot.currentFormat)")
            }
            if snapshot.isOfCandidate { snapshot.upgrade(from: .earlyMay2026, to: snapshot.release) }
            store = Store(snapshot)
        } catch let error as SandboxError {
            throw error
        } catch {
            throw .noState(path: path, reason: Self.place(of: error))
        }
    }

    /// The maximum size in bytes; a state of 100,000 services starts with 130 MB, and grows with its audit log.
    private static let limit = 2 << 30

    package var release: Sandbox.Release { store.release }

    /// The API token of the superuser `akadmin`, if it has one that does not expire.
    package var administratorToken: String? { store.administratorKey }

    /// Makes a key the API token of `akadmin`.
    package mutating func admit(_ token: String) { store.admit(token) }

    /// A random token that cannot be guessed.
    package static func makeToken() -> String { Random.alphanumeric(40) }

    /// Writes it to a ``PrivateFile``, which has either the old or the new state at any time.
    ///
    /// - Throws: ``SandboxError`` if it cannot be written; then the file is unchanged.
    package func write(to path: String) throws(SandboxError) {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            try PrivateFile.write([UInt8](encoder.encode(Snapshot(store))), to: path)
        } catch let error as FileFailure {
            throw .cannotWrite(path: path, reason: error.description)
        } catch {
            throw .cannotWrite(path: path, reason: "\(error)")
        }
    }

    /// The position of an error in a file, without its value, which may be a secret.
    private static func place(of error: any Error) -> String {
        func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            (context.codingPath + [last].compactMap { $0 }).map { key in
                key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)"
            }.joined()
        }
        return switch error as? DecodingError {
        case .keyNotFound(let key, let context)?: "\(path(context, key)) is missing"
        case .typeMismatch(_, let context)?, .valueNotFound(_, let context)?:
            "\(path(context)) has an unexpected type"
        case .dataCorrupted(let context)? where !context.codingPath.isEmpty: "\(path(context)) has an invalid value"
        default: "it is not JSON"
        }
    }
}

extension SandboxState {
    /// Adds generated services, `service-00000` and so on: an application with an OAuth2 provider each, like a
    /// reconciler would create them, but without the mark.
    package mutating func addServices(_ count: Int) {
        let authorization = store.indexes.flowBySlug["default-provider-authorization-implicit-consent"]
        let invalidation = store.indexes.flowBySlug["default-provider-invalidation-flow"]
        let key = store.certificates.inOrderOfCreation.first?.pk
        let scopes = store.scopeMappings.inOrderOfCreation
            .filter { ["openid", "email", "profile"].contains($0.scopeName) }.map(\.pk)
        for number in 0..<count {
            let digits = String(number)
            let name = "service-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
            guard store.indexes.applicationBySlug[name] == nil, store.indexes.providerByName[name] == nil else {
                continue
            }
            var provider = OAuth2Provider(pk: store.keys.makeProviderKey(), name: name)
            provider.clientID = name
            provider.authorizationFlow = authorization
            provider.invalidationFlow = invalidation
            provider.signingKey = key
            provider.propertyMappings = scopes
            provider.redirectURIs = [
                RedirectURI(matchingMode: .strict, url: "https://\(name).example.org/callback", kind: .authorization)
            ]
            if release.hasGrantTypes { provider.grantTypes = ["authorization_code", "refresh_token"] }
            store.replace(nil, with: provider)
            store.replace(
                nil,
                with: Application(
                    name: name,
                    slug: name,
                    provider: provider.pk,
                    metaLaunchURL: "https://\(name).example.org"
                )
            )
        }
    }
}

/// Stores a sandbox's state in a file, soon after each change and at the end.
///
/// Each save is followed by a pause of the same length, so that a thousand writes do not cause a thousand saves; a
/// `kill -9` can lose what was written since the last save began.
struct StateKeeper: Sendable {
    private static let shortestRest: Duration = .milliseconds(50)

    let path: String
    private let changes: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(path: String) {
        self.path = path
        (changes, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The state has changed.
    func noteChange() { signal.yield() }

    /// Saves after changes until the task is cancelled.
    ///
    /// - Parameter state: the current state.
    /// - Throws: ``SandboxError`` if the file cannot be written.
    func keep(_ state: @Sendable () -> SandboxState) async throws {
        for await _ in changes {
            let duration = try ContinuousClock().measure { try state().write(to: path) }
            try? await Task.sleep(for: max(duration, Self.shortestRest))
        }
    }
}
