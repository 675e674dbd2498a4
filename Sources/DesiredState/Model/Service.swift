package import Kinds

/// One declared service: an application, and a provider unless it is a bookmark.
///
/// What is not declared is not managed: Authentik's values are left alone.
package struct Service: Sendable, Equatable {
    /// The application's fields that the file, or its `defaults`, sets.
    ///
    /// The launch URL is the given one, or the origin of the service.
    package var values = FieldValues(Application.fields)
    /// Where the file declares the service.
    package var location: SourceLocation
    /// How people log in to it through Authentik; nil for a bookmark.
    package var login: Login?
    /// Whether the service should exist.
    package var state = ServiceState.present
    /// What happens to an existing application without an ownership mark.
    package var adopt = AdoptionPolicy.always
    /// For an absent service, the name and client id of its provider in the file.
    package var formerProviderNames: [String] = []
    /// Former slugs of the service; the first of them that exists is renamed to ``slug``.
    package var renamedFrom: [String] = []
    /// Who may open it; nil if that is not managed.
    package var access: Access?
    /// Whether probes check that its login works.
    package var verifies = true
    /// The target of its own login button; nil if that is not checked.
    package var loginURL: String?

    package init(slug: String, location: SourceLocation) {
        self.location = location
        self.slug = slug
    }
}

extension Service {
    /// The declared value of a field of the application, by its name in the file.
    package subscript(name: FieldName) -> FieldValue? {
        get { values[Application.fields[name]] }
        set { values[Application.fields[name]] = newValue }
    }

    /// Whether the file, or its `defaults`, sets a field of the application.
    package func declares(_ field: FieldSpec) -> Bool { values[field] != nil }

    /// The OAuth2 provider; nil for a service with forward-auth, and for a bookmark.
    package var provider: Provider? {
        get { if case .oauth2(let provider) = login { provider } else { nil } }
        set {
            // A write through optional chaining sets nil where there is nothing to write to.
            if newValue == nil, forwardAuth != nil { return }
            login = newValue.map(Login.oauth2)
        }
    }

    /// The proxy provider and its outpost; nil for a service that logs people in itself, and for a bookmark.
    package var forwardAuth: ForwardAuth? {
        if case .forwardAuth(let forwardAuth) = login { forwardAuth } else { nil }
    }

    /// Whether it has a login that is to be probed.
    package var isProbed: Bool { verifies && state == .present && login != nil }

    // MARK: Fields by name

    /// The application's slug; matches `^[-a-zA-Z0-9_]+$`.
    package var slug: String {
        get { values.text(Application.Row.slug) ?? "" }
        set { values[Application.Row.slug] = .text(newValue) }
    }

    /// The display name; without one, the application is created with its slug as the name.
    package var name: String? {
        get { values.text(Application.Row.name) }
        set { values[Application.Row.name] = newValue.map(FieldValue.text) }
    }

    /// The given launch URL, or the origin of the service.
    package var launchURL: String? {
        get { values.text(Application.Row.launchURL) }
        set { values[Application.Row.launchURL] = newValue.map(FieldValue.text) }
    }
}

/// Whether a declared service should exist.
package enum ServiceState: String, Sendable, CaseIterable {
    case present
    /// It is deleted if it exists and is ours, even without `prune`.
    case absent
}

/// What happens to an existing application or provider without an ownership mark.
package enum AdoptionPolicy: String, Sendable, CaseIterable {
    /// It is changed to match the file, and marked.
    case always
    /// It is marked if nothing would change; otherwise it is a conflict.
    case matching
    /// It is a conflict, unless it is the result of an interrupted create by this program.
    case never
}
