/// The file's names of fields and values that have other names in Authentik.
///
/// The names are those of the tables, looked up by Authentik's attribute.
extension FieldSpec {
    /// What plans and reports call the field: its name in the file.
    ///
    /// | field | name | reason |
    /// |---|---|---|
    /// | the client secret | `clientSecret` | `secretRef` says where the secret is, and does not change with it |
    /// | those of basic authentication | `basicAuth.user` | they are in a mapping of their own |
    /// | any other | its name in the file | |
    package var fileName: String {
        if isSecret { return "clientSecret" }
        let ofBasicAuth = [ProxyProvider.Row.basicAuthUser, ProxyProvider.Row.basicAuthPassword]
        let isOfBasicAuth = ofBasicAuth.contains { $0 === self }
        return isOfBasicAuth ? "\(ProxyProvider.Row.basicAuth.name.rawValue).\(name.rawValue)" : name.rawValue
    }

    /// A value in the words of the file.
    ///
    /// | Authentik's | the file's |
    /// |---|---|
    /// | `strict https://a/b` | `https://a/b` |
    /// | `regex https://.*` | `https://.* (regex)` |
    /// | `forward_single` | `single` |
    ///
    /// - Parameter shown: an element of ``FieldValue/shown``.
    fileprivate func fileWords(_ shown: String) -> String {
        switch kind {
        case .redirectURIs, .logoutRedirectURIs:
            guard let space = shown.firstIndex(of: " ") else { return shown }
            let (mode, rest) = (shown[..<space], String(shown[shown.index(after: space)...]))
            return mode == RedirectEntry.strict ? rest : "\(rest) (\(mode))"
        case .choice where self === ProxyProvider.Row.mode: return ProxyProvider.Mode(rawValue: shown)?.word ?? shown
        default: return shown
        }
    }
}

extension ObjectKind {
    /// The tables with the fields of such an object.
    private var tables: [FieldTable] {
        switch self {
        case .application: [Application.fields]
        // An attribute that both kinds of providers have is one field of the file.
        case .provider: [OAuth2Provider.fields, ProxyProvider.fields]
        case .mapping: [ScopeMapping.fields]
        case .access, .outpost, .published: []
        }
    }

    private func row(_ attribute: String) -> FieldSpec? {
        tables.lazy.compactMap { $0.row(attribute: attribute) }.first
    }

    /// The file's name of a field, by Authentik's: `launchURL` for `meta_launch_url`.
    ///
    /// Changes of access and of published objects use the file's words already. A change of an outpost is about the
    /// outpost as a whole.
    package func fileName(of attribute: String) -> String {
        self == .outpost ? rawValue : row(attribute)?.fileName ?? attribute
    }

    /// A value of a field in the words of the file.
    ///
    /// - Parameter shown: an element of ``FieldValue/shown``.
    package func fileWords(_ shown: String, of attribute: String) -> String {
        row(attribute)?.fileWords(shown) ?? shown
    }

    /// Whether the elements of a field are long and independent of each other, like redirect URIs.
    package func isList(_ attribute: String) -> Bool {
        switch row(attribute)?.kind {
        case .redirectURIs, .logoutRedirectURIs, .lines: true
        default: false
        }
    }

    /// The file's name of a service's field that Authentik complains about; unchanged if it is unknown or ambiguous.
    ///
    /// - Parameter attribute: may have a path into the value: `redirect_uris.0.url`.
    package static func fileName(ofComplaint attribute: String) -> String {
        let parts = attribute.split(separator: ".", maxSplits: 1).map(String.init)
        guard let first = parts.first else { return attribute }
        let names = Set([application, .provider].compactMap { $0.row(first)?.fileName })
        guard names.count == 1, let name = names.first else { return attribute }
        return ([name] + parts.dropFirst()).joined(separator: ".")
    }
}

extension FieldChange {
    /// The file's name of the field.
    package var fileField: String { object.fileName(of: field) }
}
