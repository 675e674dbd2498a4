package import DesiredState
import KubernetesAPI
package import Secrets
import Synchronization

/// Resolves references to secrets from all sources.
package struct SecretResolver: Sendable {
    private let environment: [String: String]
    /// Reads Secrets in Kubernetes; nil if it must not be accessed.
    package var reader: KubernetesSecretReader?
    package var patience = SecretPatience(limit: .seconds(600))
    /// Generates a secret for a reference that is missing; nil to leave it missing.
    ///
    /// Only ever for a sandbox.
    package var placeholder: (@Sendable (SecretReference) -> Secret)?

    /// - Parameter environment: the variables that `env` references refer to.
    package init(environment: [String: String], reader: KubernetesSecretReader? = nil) {
        self.environment = environment
        self.reader = reader
    }

    /// Resolves the references of services, each once.
    package func resolve(_ desired: DesiredState) async -> ResolvedSecrets {
        await resolve(Set(desired.services.compactMap { $0.provider?.secret }))
    }

    /// Kubernetes Secrets are read concurrently, each once; if Kubernetes cannot be accessed, each of them fails
    /// separately.
    package func resolve(_ references: Set<SecretReference>) async -> ResolvedSecrets {
        let all: [SecretReference: SecretLook] = await withTaskGroup(of: [(SecretReference, SecretLook)].self) {
            group in
            for (object, references) in Dictionary(grouping: references, by: \.object) {
                group.addTask {
                    guard let object else { return references.map { ($0, look(for: $0)) } }
                    return await looks(for: references, in: object)
                }
            }
            return await group.reduce(into: [:]) { all, looks in
                for (reference, look) in looks { all[reference] = look }
            }
        }
        var resolved = ResolvedSecrets(all)
        if let placeholder { resolved.fill(PlaceholderSecrets(secret: placeholder)) }
        return resolved
    }

    /// Reads a secret from this process's environment or files again; one in Kubernetes counts as missing.
    package func look(for reference: SecretReference) -> SecretLook {
        switch reference {
        case .environment(let name):
            guard let value = environment[name] else { return .missing(reason: "\(reference.subject) is not set") }
            return SecretLook([UInt8](value.utf8), of: reference)
        case .file(let path): return look(for: reference, in: path)
        case .kubernetes: return .missing(reason: "\(reference.subject) is not looked up here")
        }
    }

    private func look(for reference: SecretReference, in path: String) -> SecretLook {
        do throws(SourceFile.Failure) {
            let bytes = try SourceFile.contents(of: path, limit: Self.longestFile, takesPipes: false)
            return SecretLook(bytes, of: reference)
        } catch {
            if error.isMissing { return .missing(reason: "\(reference.subject) does not exist") }
            let fault = error.isForbidden ? "may not be read by this process" : "cannot be read: \(error.reason)"
            return .unusable(reason: "\(reference.subject) \(fault)")
        }
    }

    /// A bit more than the maximum length of a secret, so that longer ones are detected.
    private static let longestFile = 1024

    private func looks(
        for references: [SecretReference],
        in object: ObjectName
    ) async -> [(SecretReference, SecretLook)] {
        guard let reader else { return references.map { ($0, look(for: $0)) } }
        do {
            let looks = try await reader.looks(for: Set(references.compactMap(\.key)), of: object)
            return references.compactMap { reference in
                reference.key.flatMap { looks[$0] }.map { (reference, patiently($0, reference)) }
            }
        } catch {
            return references.map { ($0, .unreadable(reason: "\($0.subject) cannot be read: \(error)")) }
        }
    }

    /// Something missing in Kubernetes is waited for, since it may be about to be created.
    private func patiently(_ look: SecretLook, _ reference: SecretReference) -> SecretLook {
        switch look {
        case .missing(let reason) where patience.waits(for: reference): return .waiting(reason: "\(reason) yet")
        case .present: patience.found(reference)
        default: break
        }
        return look
    }
}

/// The results for all secrets that services refer to.
package struct ResolvedSecrets: Sendable {
    package var looks: [SecretReference: SecretLook]
    /// The references that were missing and got a generated secret, in the order of their text.
    package var placeholders: [SecretReference] = []

    package init(_ looks: [SecretReference: SecretLook] = [:]) {
        self.looks = looks
    }

    /// Generates what is missing, only ever for a sandbox.
    package mutating func fill(_ generated: PlaceholderSecrets) {
        for (reference, look) in looks {
            let isUnasked = generated.coversKubernetes && reference.object != nil && !look.isPresent
            guard look.isMissing || isUnasked else { continue }
            looks[reference] = .present(generated.secret(reference))
            placeholders.append(reference)
        }
        placeholders.sort { $0.description < $1.description }
    }
}

/// Secrets that are generated for a sandbox where there are none.
package struct PlaceholderSecrets: Sendable {
    /// Always the same for the same reference.
    package var secret: @Sendable (SecretReference) -> Secret
    /// Whether secrets in Kubernetes are also generated if Kubernetes cannot be accessed.
    package var coversKubernetes = false

    package init(coversKubernetes: Bool = false, secret: @escaping @Sendable (SecretReference) -> Secret) {
        self.secret = secret
        self.coversKubernetes = coversKubernetes
    }
}

/// How long a missing secret is waited for before it counts as an error.
///
/// External Secrets needs a moment to create a Secret that was just declared; if it still does not exist much later, it
/// will not be created automatically.
package final class SecretPatience: Sendable {
    private let limit: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    /// When each secret was first found missing.
    private let missing = Mutex<[SecretReference: ContinuousClock.Instant]>([:])

    package init(limit: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.limit = limit
        self.now = now
    }

    /// Records that a secret does not exist.
    ///
    /// - Returns: whether it is still waited for.
    func waits(for reference: SecretReference) -> Bool {
        let now = now()
        return missing.withLock { missing in
            let since = missing[reference] ?? now
            missing[reference] = since
            return now - since < limit
        }
    }

    /// Records that a secret exists.
    func found(_ reference: SecretReference) { missing.withLock { $0[reference] = nil } }
}

extension SecretLook {
    /// Whether the secret does not exist, as opposed to being unusable.
    fileprivate var isMissing: Bool {
        switch self {
        case .waiting, .missing: true
        case .present, .unusable, .unreadable, .leftOut: false
        }
    }

    fileprivate var isPresent: Bool { if case .present = self { true } else { false } }
}

extension SecretLook {
    /// Authentik's maximum length.
    private static let maximumLength = 255

    /// Accepts the content of a source as a client secret, without a line break at its end.
    ///
    /// Only what Authentik and a login can carry is accepted (RFC 6749, appendix A.2): printable ASCII and inner
    /// spaces. Older releases store anything else too, but reject each login with it; 2026.8 rejects it. Errors name
    /// none of its characters.
    init(_ bytes: [UInt8], of reference: SecretReference, version: SecretVersion? = nil) {
        var bytes = bytes[...]
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        if bytes.isEmpty {
            self = .missing(reason: "\(reference.subject) is empty")
        } else if let fault = Self.fault(of: bytes) {
            self = .unusable(reason: "\(reference.subject) \(fault)")
        } else {
            self = .present(Secret(String(decoding: bytes, as: UTF8.self)), version: version)
        }
    }

    /// Why clients cannot log in with it; nil if they can.
    private static func fault(of bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.allSatisfy({ $0 < 0x80 }) else {
            return "contains a character that is not ASCII, so that no client can log in with it"
        }
        guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            return "contains a line break or another control character"
        }
        guard !bytes.contains(UInt8(ascii: " ")) else {
            return "contains a space: Authentik trims it at both ends, and not every client sends it unchanged"
        }
        guard bytes.count <= maximumLength else {
            return "is longer than the \(maximumLength) characters that Authentik accepts"
        }
        return nil
    }
}

extension SecretReference {
    /// The beginning of a reason: `the secret (env GRAFANA_OAUTH_CLIENT_SECRET)`.
    var subject: String { "the secret (\(self))" }
}
