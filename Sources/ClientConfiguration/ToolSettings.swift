import Base
import DesiredState
import Kinds

/// The settings of a tool with OIDC logins, according to its row in ``DesiredState/ClientTool``.
struct ToolSettings {
    let tool: ClientTool
    let service: Service
    let provider: Provider
    /// Without a trailing slash.
    let authentik: String
    /// The scopes of the mappings that the file declares, by the mapping's name.
    let scopesByMapping: [String: String]

    var text: String { (comments.map { "# \($0)" } + [body, ""]).joined(separator: "\n") }

    private var settings: ClientSettings {
        ClientSettings(
            at: authentik,
            of: service,
            provider,
            issuerMode: provider.issuerMode ?? .perProvider,
            scopes: scopes
        )
    }

    // MARK: - Comments

    private var comments: [String] {
        ["\(tool.title): the OIDC client of service '\(service.slug)'.", tool.documentation]
            + secretComments
            + provider.redirectURIs.map { "Redirect URI\($0.matching == .regex ? ", a pattern" : ""): \($0.url)" }
            + callbackComments
            + provider.scopeReferences.filter { scopeName($0) == nil }.map {
                "The scope of the mapping '\($0.name)' is only known to Authentik, so it is left out here."
            }
            + (provider.issuerMode == nil
                ? [
                    "The file does not set issuerMode: this is the issuer for 'per_provider', the default of new providers."
                ] : [])
            + tool.hints
    }

    private var secretComments: [String] {
        guard provider.clientType == .confidential, let secret = provider.secret else {
            return ["It is a public client and has no secret: leave '\(tool.secretSetting)' empty."]
        }
        var comments = [
            "'\(tool.secretSetting)' is the client secret, which is not printed: \(Self.place(of: secret))."
        ]
        if let publication = provider.publication {
            let keys = publication.keys.filter { $0.value == .value(.clientSecret) }.map(\.key).sorted()
            comments += keys.map { "reconcile also publishes it: \(publication.object), key '\($0)'." }
        }
        return comments
    }

    private var callbackComments: [String] {
        guard let callback = tool.callback,
            !provider.redirectURIs.contains(where: { $0.matching == .regex || $0.url.hasSuffix(callback) })
        else { return [] }
        return ["The redirect URI of \(tool.title) ends with '\(callback)', but none in the file does."]
    }

    /// From reconcile's point of view, which may differ from the tool's.
    private static func place(of secret: SecretReference) -> String {
        switch secret {
        case .environment(let name): "reconcile reads it from the environment variable \(name)"
        case .file(let path): "reconcile reads it from the file \(path)"
        case .kubernetes(let namespace, let name, let key): "Secret \(namespace)/\(name), key '\(key)'"
        }
    }

    /// Without duplicates: several mappings of one scope are requested together.
    private var scopes: [String] {
        provider.scopeReferences.compactMap(scopeName).reduce(into: []) { scopes, scope in
            if !scopes.contains(scope) { scopes.append(scope) }
        }
    }

    /// The scope of a declared mapping, of one with a built-in name, or of one named by its scope.
    private func scopeName(_ mapping: FieldValue.Reference) -> String? {
        if mapping.isByOwnName { return scopesByMapping[mapping.name] }
        let builtIn = "goauthentik.io/providers/oauth2/scope-"
        if mapping.name.hasPrefix(builtIn) { return String(mapping.name.dropFirst(builtIn.count)) }
        return mapping.name.contains("/") ? nil : mapping.name
    }

    // MARK: - The settings

    private var body: String {
        switch tool.form {
        case .environment(let also):
            let keys = tool.keys.mapValues { fill($0, secret: "") }.merging(also) { own, _ in own }
            return keys.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "\n")
        case .commands(let text):
            let secret = text.quoting == .jsonInShell ? #""'"$CLIENT_SECRET"'""# : #""$CLIENT_SECRET""#
            return "CLIENT_SECRET=\(secretCommand)\n" + fill(text, secret: secret)
        case .file(let text, let refersToSecrets):
            return fill(text, secret: refersToSecrets ? secretReference : "\"\"    # the client secret goes here")
        }
    }

    private func fill(_ text: PublishedText, secret: String) -> String {
        let settings = settings
        return text.parts.reduce(into: "") { whole, part in
            switch part {
            case .text(let part): whole += part
            case .value(let value): whole += settings.text(of: value).map(text.quoting.quote) ?? secret
            }
        }
    }

    /// A shell expression that reads the secret from its place.
    private var secretCommand: String {
        let quote = PublishedText.Quoting.shell.quote
        switch provider.clientType == .confidential ? provider.secret : nil {
        case nil: return "''"
        case .environment(let name): return "\"$\(name)\""
        case .file(let path): return "\"$(cat \(quote(path)))\""
        case .kubernetes(let namespace, let name, let key):
            let path = quote("{.data.\(key.replacing(".", with: "\\."))}")
            return
                "\"$(kubectl get secret \(name) --namespace \(namespace) --output jsonpath=\(path) | base64 --decode)\""
        }
    }

    /// `$NAME:KEY`: a Secret in the tool's own namespace with the labels that its reader requires.
    private var secretReference: String {
        if let publication = provider.publication, publication.object.kind == .secret,
            let key = publication.keys.filter({ $0.value == .value(.clientSecret) }).map(\.key).min()
        {
            return "$\(publication.object.name):\(key)"
        }
        if case .kubernetes(_, let name, let key)? = provider.secret { return "$\(name):\(key)" }
        return
            "$oidc.\(tool.secretSetting)    # a key of the Secret 'argocd-secret', which must contain the client secret"
    }
}
