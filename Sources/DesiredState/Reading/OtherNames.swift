import Kinds

/// Other names that people use for the fields of a mapping: those of Authentik's API and web interface, of Terraform,
/// Helm charts, Compose labels and dashboards.
///
/// Case, `-`, `_` and spaces make no difference: `Launch URL` is `launch_url`.
struct OtherNames: ExpressibleByDictionaryLiteral {
    /// What a name means.
    struct Meaning {
        /// The field that is meant, if there is one in this mapping.
        var field: FieldName?
        var hint: String

        /// A field of this mapping.
        init(_ field: FieldName, hint: String? = nil) {
            self.field = field
            let standard =
                field == .secretRef
                ? "secrets are referenced, never written: use secretRef" : "did you mean '\(field.rawValue)'?"
            self.hint = hint ?? standard
        }

        /// What to do instead of setting a field of this mapping.
        init(hint: String) { self.hint = hint }
    }

    private var meanings: [String: Meaning]

    init(dictionaryLiteral elements: (String, Meaning)...) {
        meanings = Dictionary(elements.map { (Self.folded($0), $1) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(name: String) -> Meaning? { name.utf8.count > 60 ? nil : meanings[Self.folded(name)] }

    /// Adds Authentik's names of some fields; a name that already has a meaning keeps it.
    func adding(_ fields: [Field]) -> OtherNames {
        var names = self
        for field in fields {
            guard let attribute = field.attribute else { continue }
            let name = Self.folded(attribute)
            if names.meanings[name] == nil { names.meanings[name] = Meaning(field.name) }
        }
        for field in fields { names.meanings[Self.folded(field.name.rawValue)] = nil }
        return names
    }

    private func adding(_ names: [String], _ meaning: Meaning) -> OtherNames {
        var all = self
        for name in names { all.meanings[Self.folded(name)] = meaning }
        return all
    }

    private static func folded(_ name: String) -> String {
        name.lowercased().filter { !"-_ ".contains($0) }
    }
}

extension OtherNames {
    static let ofFile = ([:] as OtherNames)
        .adding(["version"], Meaning(hint: "the version is in apiVersion: 'apiVersion: reconcile/v1'"))
        .adding(["kind", "metadata", "spec"], Meaning(hint: "the file is not a Kubernetes object: leave it out"))
        .adding(["applications", "apps", "providers", "clients", "entries", "items"], Meaning(.services))
        .adding(["project", "instance", "tenant"], Meaning(.owner))
        .adding(["hostname", "domain", "fqdn"], Meaning(.host))
        .adding(["protocol"], Meaning(.scheme))
        .adding(["default", "common", "shared"], Meaning(.defaults))
        .adding(["deletionLimit", "maxDelete"], Meaning(.maxDeletions))
        .adding(
            ["url", "authentik", "authentikURL", "endpoint"],
            Meaning(hint: "Authentik's address is not in the file: use --url or AUTHENTIK_URL")
        )
        .adding(
            ["token", "authentikToken", "apiToken"],
            Meaning(hint: "the token is not in the file: use AUTHENTIK_TOKEN or --token-file")
        )
        .adding(["propertyMappings"], Meaning(.scopeMappings))

    static let ofService = ([:] as OtherNames)
        .adding(["scope"], Meaning(OAuth2Provider.Row.scopes.name))
        .adding(["id"], Meaning(.slug))
        .adding(["title", "displayName", "label"], Meaning(.name))
        .adding(["url", "link", "href", "launch", "homepage"], Meaning(.launchURL))
        .adding(["hostname", "domain", "fqdn", "address", "server", "externalHost"], Meaning(.host))
        .adding(["protocol"], Meaning(.scheme))
        .adding(["ports"], Meaning(.port, hint: "did you mean 'port'? It is the port that users connect to"))
        .adding(["logo", "iconURL"], Meaning("icon"))
        .adding(["image"], Meaning("icon", hint: "did you mean 'icon'? Containers are not declared here"))
        .adding(["category", "folder", "section"], Meaning("group"))
        .adding(["hide", "invisible"], Meaning(.hidden))
        .adding(["newTab", "target"], Meaning("openInNewTab"))
        .adding(
            [
                "redirectURI", "redirectURL", "redirectURLs", "allowedRedirectURIs", "callbackURL", "callbackURLs",
                "redirects",
            ],
            Meaning(.redirectURIs)
        )
        .adding(["redirect", "callback", "callbackPath"], Meaning(.redirectPath))
        .adding(
            ["clientSecretRef", "secretKeyRef", "existingSecret", "secretName", "clientSecretFile"],
            Meaning(.secretRef)
        )
        .adding(
            ["type", "providerType", "provider", "protocolProvider", "oauth2", "oidc"],
            Meaning(
                hint:
                    "the provider follows from the other fields: redirectPath or redirectURIs for OAuth2, forwardAuth for a "
                    + "proxy, none of them for a bookmark"
            )
        )
        .adding(["proxy", "proxyProvider", "outpost", "middleware"], Meaning(.forwardAuth))
        .adding(
            ["saml", "ldap", "radius", "scim", "rac"],
            Meaning(hint: "only OAuth2 and proxy providers are managed; set this one up in Authentik")
        )
        .adding(
            ["policyBindings", "bindings", "permissions", "allowedGroups", "groupBindings", "allow", "members"],
            Meaning(.access, hint: "declare who may open a service with access: 'access: {groups: [admins]}'")
        )
        .adding(
            SubjectKind.allCases.flatMap { [$0.fileList, $0.rawValue] }.filter { $0 != "group" },
            Meaning(.access, hint: "write it in access: 'access: {groups: [admins]}'")
        )
        .adding(
            ["policyEngineMode"],
            Meaning(.access, hint: "set the mode in access: 'access: {groups: [a, b], mode: all}'")
        )
        .adding(["enabled", "ensure", "present", "absent", "delete", "deleted"], Meaning(.state))
        .adding(["formerSlugs", "renamed", "previousSlug", "oldSlug"], Meaning(.renamedFrom))
        .adding(["check"], Meaning(.loginURL))
        .adding(["propertyMapping", "claims"], Meaning(OAuth2Provider.Row.scopes.name))
        .adding(["mode"], Meaning(hint: "it belongs in forwardAuth or in access"))
        .adding(
            ["pkce", "usePKCE"],
            Meaning(hint: "PKCE needs no setting: Authentik accepts it from every client; leave it out")
        )
        .adding(["jwtFederationProviders", "jwtFederationSources"], Meaning(.jwtFederation))
        .adding(["backchannelProviders"], Meaning(hint: "backchannel providers are not managed; leave it out"))

    static let ofAccess = SubjectKind.allCases.reduce([:] as OtherNames) { names, kind in
        names.adding([kind.rawValue, "allowed\(kind.fileList)"], Meaning(FieldName(kind)))
    }
    .adding(["policyEngineMode", "match"], Meaning(.mode))

    static let ofForwardAuth = ([:] as OtherNames)
        .adding(["type"], Meaning(.mode))
        .adding(
            ["internalHost", "backend", "target", "proxyPass", "service"],
            Meaning(ProxyProvider.Row.upstream.name)
        )
        .adding(
            ["externalHost", "host", "url"],
            Meaning(hint: "users reach it at the host and port of the service: leave it out")
        )
        .adding(["domain"], Meaning(ProxyProvider.Row.cookieDomain.name))
        .adding(["skip", "skipPath", "whitelist", "unauthenticatedPaths"], Meaning("skipPaths"))
        .adding(["outposts"], Meaning(.outpost))

    static let ofSecretReference = ([:] as OtherNames)
        .adding(
            ["secretKeyRef", "valueFrom", "kubernetesSecret", "k8s"],
            Meaning(.kubernetes, hint: "write 'kubernetes: {namespace: NAMESPACE, name: NAME, key: KEY}'")
        )
        .adding(["variable", "environment", "envVar"], Meaning(.env))
        .adding(["path", "filename"], Meaning(.file))

    static let ofRedirectURI = ([:] as OtherNames)
        .adding(["uri", "value", "path"], Meaning(.url))
        .adding(["matchingMode", "mode", "match", "type"], Meaning(.matching))
        .adding(["regex", "pattern"], Meaning(.url, hint: "write '{matching: regex, url: PATTERN}'"))
}
