package import Kinds

/// One declared service: an application, and a provider unless it is a bookmark.
///
/// What was not declared is not managed: whatever Authentik has there stays.
package struct Service: Sendable, Equatable {
    /// What the file, or its `defaults`, sets of the application.
    ///
    /// The launch URL is the given one, else the origin of the service.
    package var values = FieldValues(Application.fields)
    /// Where the file declares the service.
    package var location: SourceLocation
    /// How people log in to it through Authentik; nil for a bookmark.
    package var login: Login?
    /// Whether the service is to be there.
    package var state = ServiceState.present
    /// What becomes of an application that is there without an ownership mark.
    package var adopt = AdoptionPolicy.always
    /// Of a service that is to be absent, the name and client id that the file gives its provider.
    package var formerProviderNames: [String] = []
    /// Slugs that the service had before, the latest of which is there is moved to ``slug``.
    package var renamedFrom: [String] = []
    /// Who may open it; nil if that is not managed.
    package var access: Access?
    /// Whether probes are to prove that its login works.
    package var verifies = true
    /// Where its own login button leads; nil if that is not looked at.
    package var loginURL: String?

    package init(slug: String, location: SourceLocation) {
        self.location = location
        self.slug = slug
    }
}

extension Service {
    /// What is declared, by the file's name of a field of the application.
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

    /// Whether there is a login to probe, and it is to be.
    package var isProbed: Bool { verifies && state == .present && login != nil }

    // MARK: What code asks for by name

    /// The application's slug; matches `^[-a-zA-Z0-9_]+$`.
    package var slug: String {
        get { values.text(Application.Row.slug) ?? "" }
        set { values[Application.Row.slug] = .text(newValue) }
    }

    /// The display name; without one the application is created with its slug as the name.
    package var name: String? {
        get { values.text(Application.Row.name) }
        set { values[Application.Row.name] = newValue.map(FieldValue.text) }
    }

    /// The given launch URL, else the origin of the service.
    package var launchURL: String? {
        get { values.text(Application.Row.launchURL) }
        set { values[Application.Row.launchURL] = newValue.map(FieldValue.text) }
    }
}

/// Whether a declared service is to be there.
package enum ServiceState: String, Sendable, CaseIterable {
    case present
    /// It is deleted if it is there and ours, also without `prune`.
    case absent
}

/// What becomes of an application, or a provider, that is there without an ownership mark.
package enum AdoptionPolicy: String, Sendable, CaseIterable {
    /// It is brought in line with the file, and marked.
    case always
    /// It is marked if nothing would change; else it is a conflict.
    case matching
    /// It is a conflict, unless it is what this program itself would have created: its own unfinished create.
    case never
}
