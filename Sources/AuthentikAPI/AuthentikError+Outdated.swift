extension AuthentikError {
    /// Whether a write may have failed because Authentik is no longer as it was seen: what was to be created is there by
    /// now, or what was to be changed, or referred to, is gone.
    ///
    /// It goes by the fields that are refused and not by the words, which are in the language of the account. So it also
    /// holds for a value that such a field never takes; who looks again then finds everything as it was.
    package var mayBeOutdated: Bool {
        switch kind {
        case .notFound: true
        // A transaction that was taken and not applied does not say why; its checks had passed.
        case .rejected: status == 200 || fields.contains { Self.contested.contains($0.attribute) }
        default: false
        }
    }

    /// Whether Authentik says in so many words that a provider has this name, of whatever type.
    package var saysProviderNameIsTaken: Bool {
        kind == .rejected
            && fields.contains {
                $0.attribute == "name" && $0.message.contains("provider with this name already exists")
            }
    }

    /// What is unique, or names another object; empty for what is unique together.
    private static let contested: Set = [
        "", "slug", "name", "client_id", "provider", "app", "property_mappings", "signing_key", "encryption_key",
        "authorization_flow", "invalidation_flow", "authentication_flow",
    ]
}

extension AuthentikError.FieldError {
    /// The field without what it is part of: of `provider.client_id` and `client_id` the same.
    fileprivate var attribute: String {
        let last = field.split(separator: ".").last ?? ""
        return String(last.prefix { $0 != "[" })
    }
}
