import AuthentikAPI
import Base
import DesiredState

extension ServiceDraft {
    /// What changes of a provider mean for those who use it, beyond the fields.
    func consequences(of changes: [FieldChange], _ names: NameIndex) -> [String] {
        changes.filter { $0.object == .provider }.flatMap { change -> [String] in
            switch ProviderField(rawValue: change.field) {
            case .scopes: names.swaps(in: change)
            case .signingKey: signing(change, names)
            case .redirectURIs: opening(change)
            default: []
            }
        }
    }

    /// Whether the application's tile opens the provider's first redirect URI when the plan is done: it has no launch
    /// URL.
    var opensFirstRedirect: Bool {
        if let launchURL = service.launchURL { return launchURL.trimmed.isEmpty }
        let isGivenUp = mark?.applicationFields.contains(ApplicationField.launchURL.rawValue) ?? false
        guard let application, !isGivenUp else { return true }
        return application.launchURL.trimmed.isEmpty
    }

    private func signing(_ change: FieldChange, _ names: NameIndex) -> [String] {
        guard let (before, after) = change.algorithms else { return [] }
        if let after {
            guard change.before != nil, let before, before != after else { return [] }
            return [
                "its tokens are signed \(after.rawValue) from this change on, \(before.rawValue) before: the service must accept "
                    + "that"
            ]
        }
        guard case .reference(let reference) = change.after, let type = names.key(reference)?.keyType else { return [] }
        return ["Authentik \(release) signs no tokens with a key of the type '\(type)', as '\(reference.name)' is"]
    }

    private func opening(_ change: FieldChange) -> [String] {
        guard case .redirectURIs(_, firstOpens: true) = change.after else { return [] }
        return ["it has no launch URL, so its tile opens the first redirect URI"]
    }
}
