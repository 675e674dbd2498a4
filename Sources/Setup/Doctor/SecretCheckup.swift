import Base
package import DesiredState
package import SecretSources
import Secrets

/// Checks whether each secret that services refer to exists and can be used, without revealing anything of its value.
package struct SecretCheckup: Sendable {
    package var desired: DesiredState
    package var resolved: ResolvedSecrets

    package init(desired: DesiredState, resolved: ResolvedSecrets) {
        self.desired = desired
        self.resolved = resolved
    }

    /// One finding for each secret that is missing or wrong, in the order of the file, and one for all others.
    package func findings() -> [Finding] {
        let users = desired.services.compactMap { service in service.provider?.secret.map { ($0, service.slug) } }
        var findings: [Finding] = []
        var (good, generated) = (0, 0)
        var seen: Set<SecretReference> = []
        for (reference, slug) in users where seen.insert(reference).inserted {
            switch resolved.looks[reference] {
            case .present where resolved.placeholders.contains(reference): generated += 1
            case .present: good += 1
            case .waiting(let reason):
                let advice = "create it; until then '\(slug)' waits"
                findings.append(Finding("secret", .warning, reason, advice: advice))
            case .missing(let reason), .unreadable(let reason):
                findings.append(Finding("secret", .problem, reason, advice: blocked(slug, until: provision(reference))))
            case .unusable(let reason):
                findings.append(
                    Finding("secret", .problem, reason, advice: blocked(slug, until: correction(reference)))
                )
            case .leftOut, nil:
                findings.append(Finding("secret", .skipped, "\(reference) was not checked"))
            }
        }
        if generated > 0 {
            let remark = "\(count(generated, "secret")) not set or unusable, so generated for the sandbox"
            findings.insert(Finding("secrets", .ok, remark), at: 0)
        }
        guard good > 0 else { return findings }
        return [Finding("secrets", .ok, "\(count(good, "secret")) can be used")] + findings
    }

    private func blocked(_ slug: String, until step: String) -> String {
        "\(step); until then '\(slug)' is blocked"
    }

    /// What to do about a secret that is missing, or cannot be read.
    private func provision(_ reference: SecretReference) -> String {
        switch reference {
        case .environment(let name): "set \(name) where the program runs"
        case .file(let path): "mount or write \(path) where the program runs"
        case .kubernetes(let namespace, let name, let key):
            "create the key \(key) in the Secret \(namespace)/\(name)"
        }
    }

    /// What to do about a secret that cannot be used.
    private func correction(_ reference: SecretReference) -> String {
        switch reference {
        case .environment(let name): "correct the value of \(name)"
        case .file(let path): "correct \(path): it must be a regular file with the secret, readable by the program"
        case .kubernetes(let namespace, let name, let key):
            "correct the value of the key \(key) of the Secret \(namespace)/\(name)"
        }
    }
}
