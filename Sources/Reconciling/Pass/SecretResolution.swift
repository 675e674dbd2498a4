package import DesiredState
import KubernetesAPI
package import Planning
package import SecretSources
package import Secrets

/// Resolves the secrets of services, wherever they are kept.
package struct SecretResolution: Sendable {
    /// Those in this process's environment and files.
    package var resolver: SecretResolver
    /// Those in Kubernetes; nil if none may be asked.
    package var kubernetes: KubernetesSecrets?
    package var patience = SecretPatience(limit: .seconds(600))
    /// Makes up a secret for a reference that is missing; nil to leave it unavailable.
    ///
    /// Only ever for a sandbox.
    package var standIn: (@Sendable (SecretReference) -> Secret)?

    package init(_ resolver: SecretResolver, kubernetes: KubernetesSecrets? = nil) {
        self.resolver = resolver
        self.kubernetes = kubernetes
    }

    /// Resolves each reference once.
    ///
    /// - Parameter narrowing: says for which services; a pass over others must not look at what came of theirs.
    package func resolve(_ desired: DesiredState, _ narrowing: Narrowing = Narrowing()) async -> ResolvedSecrets {
        let services = desired.services.filter { narrowing.includes($0.slug) }
        let references = Set(services.compactMap { $0.provider?.secret })
        var resolved = ResolvedSecrets()
        if narrowing.withoutSecrets {
            for reference in references { resolved.availability[reference] = .leftOut }
            return resolved
        }
        let answers = await answers(to: references)
        for (reference, answer) in answers {
            if answer.isMissing, let standIn {
                resolved.availability[reference] = .available(standIn(reference))
                resolved.standIns.append(reference)
            } else {
                resolved.availability[reference] = answer.availability
                if answer.isUnusable { resolved.unusable.insert(reference) }
            }
        }
        resolved.standIns.sort { $0.description < $1.description }
        return resolved
    }

    private struct Answer: Sendable {
        var availability: SecretAvailability
        /// Whether there is nothing, rather than something that cannot be used.
        var isMissing = false
        /// Whether there is something that cannot be a client secret, whoever reads it.
        var isUnusable = false

        static func missing(_ reason: String) -> Answer {
            Answer(availability: .unavailable(reason: reason), isMissing: true)
        }

        static func unusable(_ reason: String) -> Answer {
            Answer(availability: .unavailable(reason: reason), isUnusable: true)
        }
    }

    /// Secrets of Kubernetes come side by side, each read once; where that is not possible they are given up one by one.
    private func answers(to references: Set<SecretReference>) async -> [SecretReference: Answer] {
        await withTaskGroup(of: [(SecretReference, Answer)].self) { group in
            for (object, references) in Dictionary(grouping: references, by: \.object) {
                group.addTask {
                    guard let object else { return references.map { ($0, answer(to: $0)) } }
                    return await answers(to: references, in: object)
                }
            }
            return await group.reduce(into: [:]) { all, answers in
                for (reference, answer) in answers { all[reference] = answer }
            }
        }
    }

    private func answers(
        to references: [SecretReference],
        in object: ObjectName
    ) async -> [(SecretReference, Answer)] {
        guard let kubernetes else {
            return references.map { ($0, .missing("the secret (\($0)) is not asked for here")) }
        }
        do {
            let keys = Set(references.compactMap(\.key))
            let values = try await kubernetes.reader().values(of: object, keys: keys)
            return references.compactMap { reference in
                reference.key.flatMap { values[$0] }.map { (reference, answer(to: reference, $0)) }
            }
        } catch {
            return references.map {
                ($0, Answer(availability: .unavailable(reason: "the secret (\($0)) cannot be read: \(error)")))
            }
        }
    }

    private func answer(to reference: SecretReference) -> Answer {
        do throws(SecretError) {
            return Answer(availability: .available(try resolver.resolve(reference)))
        } catch {
            if case .missing = error.reason { return .missing(error.description) }
            return .unusable(error.description)
        }
    }

    private func answer(to reference: SecretReference, _ value: KubernetesSecretValue) -> Answer {
        switch value {
        case .available(let secret, let known, _):
            patience.found(reference)
            return Answer(availability: .available(secret, version: SecretVersion(known)))
        case .waiting(let clause):
            let text = "the secret (\(reference)) \(clause)"
            return patience.waits(for: reference)
                ? Answer(availability: .waiting(reason: "\(text) yet"), isMissing: true) : .missing(text)
        case .unusable(let clause):
            return .unusable("the secret (\(reference)) \(clause)")
        case .unreadable(let error):
            return Answer(availability: .unavailable(reason: "the secret (\(reference)) cannot be read: \(error)"))
        }
    }
}

extension SecretVersion {
    fileprivate init?(_ known: KnownSecret) {
        guard case .present(let uid, let resourceVersion) = known else { return nil }
        self.init(uid: uid, resourceVersion: resourceVersion)
    }
}

extension SecretReference {
    /// The Kubernetes Secret that it means; nil if it means none.
    var object: ObjectName? {
        guard case .kubernetes(let namespace, let name, _) = self else { return nil }
        return ObjectName(namespace: namespace, name: name)
    }

    /// The key in that Secret.
    fileprivate var key: String? {
        guard case .kubernetes(_, _, let key) = self else { return nil }
        return key
    }
}
