/// What the file calls the fields that plans, reports and marks have by Authentik's names.
extension ObjectKind {
    /// The path of a field in a service of the file, or in one of its scope mappings; nil for what a file does not set
    /// by a field of its own: a link between objects, a single binding, a key of a published object.
    ///
    ///     ObjectKind.application.filePath(of: "meta_launch_url")  // launchURL
    ///     ObjectKind.provider.filePath(of: "internal_host")       // forwardAuth.upstream
    ///     ObjectKind.access.filePath(of: "groups")                // access.groups
    ///
    /// Rows that both kinds of providers have are called as in a service: `accessTokenValidity`, which a service with
    /// forwardAuth has in that mapping.
    ///
    /// - Parameter field: as a ``FieldChange`` has it.
    package func filePath(of field: String) -> String? {
        switch self {
        case .application: Application.fields.row(attribute: field)?.name.rawValue
        case .provider:
            OAuth2Provider.fields.row(attribute: field)?.name.rawValue
                ?? ProxyProvider.fields.row(attribute: field).map(Self.path)
        case .access: Self.accessFields.contains(field) ? "access.\(field)" : nil
        case .outpost: field == "name" ? "forwardAuth.outpost" : nil
        case .published: nil
        case .mapping: ScopeMapping.fields.row(attribute: field)?.name.rawValue
        }
    }

    private static let accessFields = ["mode"] + SubjectKind.allCases.map(\.fileList)

    /// A row that only proxy providers have.
    private static func path(of row: FieldSpec) -> String {
        switch row.name {
        // A service gives its address by host, scheme and port.
        case ProxyProvider.Row.externalHost.name: "host"
        case ProxyProvider.Row.basicAuthUser.name, ProxyProvider.Row.basicAuthPassword.name:
            "forwardAuth.basicAuth.\(row.name.rawValue)"
        default: "forwardAuth.\(row.name.rawValue)"
        }
    }
}

extension FieldChange {
    /// What the file calls the field, or else what ``field`` says.
    package var filePath: String { object.filePath(of: field) ?? field }
}
