import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds
import Planning
import YAMLDocument

/// Writes one application, and its OAuth2 provider, as the fields of a service.
///
/// | a value | without a mark of this owner | with one |
/// |---|---|---|
/// | that the mark says the file sets | – | written |
/// | equal to the default | left out | left out |
/// | another, of a field that is always managed | written | written |
/// | another, of an optional field | written | a comment: its file leaves it alone |
struct ServiceExporter {
    let application: Application
    /// Nil for a bookmark.
    let provider: OAuth2Provider?
    /// This owner's.
    let mark: OwnershipMark?
    let names: ObjectNames
    let release: Release
    /// The host at the top of the file.
    let host: String?

    private var service: ExportedService
    private let marked: Set<String>

    init(
        _ application: Application,
        _ provider: OAuth2Provider?,
        mark: OwnershipMark?,
        names: ObjectNames,
        release: Release,
        host: String?
    ) {
        self.application = application
        self.provider = provider
        self.mark = mark
        self.names = names
        self.release = release
        self.host = host
        service = ExportedService(slug: application.slug)
        service.isMarked = mark != nil
        marked = Set((mark?.applicationFields ?? []) + (mark?.providerFields ?? []))
    }

    /// A redirect URI of a service that lives at an origin.
    struct Redirect: Hashable {
        var origin: WebOrigin
        var uri: RedirectURI
    }

    /// - Parameters:
    ///   - redirects: Where the services before this one are sent back to; two of the same place are a mistake.
    ///   - variables: The variables of the services before this one.
    mutating func export(_ redirects: inout Set<Redirect>, _ variables: inout EnvironmentNames) -> ExportedService {
        add("slug", application.slug)
        optional("name", "name", application.name, isDefault: application.name.exact == application.slug.exact)
        optional("group", "group", application["group"].text ?? "", default: "")
        optional("description", "meta_description", application["description"].text ?? "", default: "")
        optional("publisher", "meta_publisher", application["publisher"].text ?? "", default: "")
        writeIcon()
        let place = place(&redirects)
        writeLaunchURL(place)
        optional("openInNewTab", "open_in_new_tab", flag: application["openInNewTab"].flag ?? false, default: false)
        if let provider {
            writeRedirects(of: provider, place)
            writeClient(provider, &variables)
            writeReferences(of: provider)
            writeDetails(of: provider)
        }
        return service
    }

    // MARK: - The application

    private mutating func writeIcon() {
        if Application.fields["icon"].exists(in: release) {
            optional("icon", "meta_icon", application["icon"].text ?? "", default: "")
        } else if !(application["icon"].text ?? "").trimmed.isEmpty {
            service.remarks.append("its icon, which Authentik \(release) does not take over its API")
        }
    }

    /// The origin that a service has at the host of the file, and what its redirect URIs are there.
    private struct Place {
        var origin: WebOrigin
        var paths: [String]
        var others: [RedirectEntry]
    }

    /// Where `port` and paths say all that the URLs say; nil where they must be written in full.
    private func place(_ redirects: inout Set<Redirect>) -> Place? {
        guard let host, let origin = WebOrigin(application.launchURL.trimmed), origin.host == host,
            mark == nil || marked.contains("meta_launch_url")
        else { return nil }
        var place = Place(origin: origin, paths: [], others: [])
        for entry in loginEntries {
            if entry.isStrict, let path = origin.path(of: entry.url.trimmed) {
                place.paths.append(path)
            } else {
                place.others.append(entry)
            }
        }
        guard origin.port != nil || !place.paths.isEmpty else { return nil }
        let uris = loginEntries.map { entry in
            Redirect(
                origin: origin,
                uri: RedirectURI(entry.url.trimmed, matching: entry.isStrict ? .strict : .regex)
            )
        }
        guard redirects.isDisjoint(with: uris) else { return nil }
        redirects.formUnion(uris)
        return place
    }

    private mutating func writeLaunchURL(_ place: Place?) {
        if let place {
            if let port = place.origin.port { service.fields.append(ExportedField("port", "\(port)")) }
        } else if !application.launchURL.trimmed.isEmpty {
            optional("launchURL", "meta_launch_url", application.launchURL, isDefault: false)
            // A bookmark without one has nothing to launch.
            if provider == nil, let index = service.fields.firstIndex(where: { $0.name == "launchURL" }) {
                service.fields[index].isOptional = false
            }
        } else if provider == nil {
            service.refusals.append("a bookmark has nothing to launch; a file needs a launchURL or port")
        } else if marked.contains("meta_launch_url") {
            service.remarks.append("the launch URL that its mark tells of is gone; a pass brings the mark up to date")
        }
    }

    // MARK: - The provider

    private var loginEntries: [RedirectEntry] {
        var seen: Set<[String]> = []
        return (provider?.redirectURIs ?? []).filter { entry in
            entry.type != "logout" && seen.insert([entry.matchingMode, entry.url.trimmed]).inserted
        }
    }

    private mutating func writeRedirects(of provider: OAuth2Provider, _ place: Place?) {
        let entries = loginEntries
        if entries.isEmpty {
            service.refusals.append("its provider has no redirect URI; a file needs one")
        }
        let logouts = provider.redirectURIs.count { $0.type == "logout" }
        if logouts > 0 { service.remarks.append(count(logouts, "logout redirect URI")) }
        if let place, place.paths.count == 1 {
            add("redirectPath", place.paths[0])
        } else if let place, !place.paths.isEmpty {
            service.fields.append(ExportedField("redirectPaths", list: place.paths.map { [YAMLText.scalar($0)] }))
        }
        let inFull = place?.others ?? entries
        guard !inFull.isEmpty else { return }
        service.fields.append(
            ExportedField(
                "redirectURIs",
                list: inFull.map { entry in
                    let url = YAMLText.scalar(entry.url.trimmed)
                    return entry.isStrict
                        ? [url] : ["url: \(url)", "matching: \(YAMLText.scalar(entry.matchingMode))"]
                }
            )
        )
    }

    private mutating func writeClient(_ provider: OAuth2Provider, _ variables: inout EnvironmentNames) {
        managed("providerName", "name", provider.name, default: application.slug)
        managed("clientID", "client_id", provider.clientID, default: application.slug)
        managed("clientType", "client_type", provider.clientType, default: ClientType.confidential.rawValue)
        guard provider.clientType != ClientType.public.rawValue else { return }
        let variable = variables.name(for: application.slug)
        service.secret = (variable, provider.clientSecret)
        service.fields.append(ExportedField(name: "secretRef", lines: ["secretRef: {env: \(variable)}"]))
    }

    private mutating func writeReferences(of provider: OAuth2Provider) {
        writeScopes(of: provider)
        let signingKey = provider["signingKey"].reference?.pk.string
        switch (signingKey, names.key(signingKey)) {
        case (nil, _):
            service.refusals.append(
                "its tokens are signed with the client secret (HS256), not with a key; a file always names a key"
            )
        case (_, let name?):
            managed("signingKey", "signing_key", name, default: ProgramDefaults.signingKey)
            noteAlgorithm(of: signingKey)
        case (_, nil):
            service.refusals.append("its signing key is not known by a name of its own")
        }
        optionalReference("encryptionKey", "encryption_key", provider["encryptionKey"].reference?.pk.string, names.key)
        let flows: [(String, String, String?, String)] = [
            (
                "authorizationFlow", "authorization_flow", provider["authorizationFlow"].reference?.pk.string,
                ProgramDefaults.authorizationFlow
            ),
            (
                "invalidationFlow", "invalidation_flow", provider["invalidationFlow"].reference?.pk.string,
                ProgramDefaults.invalidationFlow
            ),
        ]
        for (name, authentik, pk, standard) in flows {
            if let slug = names.flow(pk) {
                managed(name, authentik, slug, default: standard)
            } else {
                service.refusals.append("its \(name) is not set, or not known")
            }
        }
        optionalReference(
            "authenticationFlow",
            "authentication_flow",
            provider["authenticationFlow"].reference?.pk.string,
            names.flow
        )
    }

    /// Says behind a key what tokens are signed with it.
    private mutating func noteAlgorithm(of key: String?) {
        guard let algorithm = names.algorithm(key), service.fields.last?.name == "signingKey" else { return }
        let last = service.fields.count - 1
        service.fields[last].lines = service.fields[last].lines.map { "\($0)  # \(algorithm.rawValue)" }
    }

    private mutating func writeScopes(of provider: OAuth2Provider) {
        var scopes: [String] = []
        for pk in provider["scopes"].references.compactMap(\.pk.string) {
            switch names.scope(pk) {
            case .name(let name): if !scopes.contains(name) { scopes.append(name) }
            case .unnamed(let reason): service.refusals.append(reason)
            }
        }
        if provider["scopes"].references.isEmpty {
            service.refusals.append("its provider has no scopes; a file needs one")
        }
        let known = ProgramDefaults.scopes.filter(scopes.contains)
        if !marked.contains("property_mappings"), known.count == scopes.count,
            known.count == ProgramDefaults.scopes.count
        {
            return
        }
        let ordered = known + scopes.filter { !known.contains($0) }.sorted()
        guard !ordered.isEmpty else { return }
        service.fields.append(ExportedField("scopes", words: ordered))
    }

    private mutating func writeDetails(of provider: OAuth2Provider) {
        let durations: [(String, ProviderField, String?)] = [
            ("accessCodeValidity", .accessCodeValidity, provider["accessCodeValidity"].text),
            ("accessTokenValidity", .accessTokenValidity, provider["accessTokenValidity"].text),
            ("refreshTokenValidity", .refreshTokenValidity, provider["refreshTokenValidity"].text),
        ]
        for (name, field, value) in durations {
            guard let value else { continue }
            let isDefault = field.fallback.map(FieldValue.duration(value).means) ?? false
            optional(name, field.rawValue, value, isDefault: isDefault)
        }
        optional("subjectMode", "sub_mode", provider["subjectMode"].text, default: "hashed_user_id")
        optional("issuerMode", "issuer_mode", provider.issuerMode?.rawValue, default: IssuerMode.perProvider.rawValue)
        if let flag = provider["includeClaimsInIDToken"].flag {
            optional("includeClaimsInIDToken", "include_claims_in_id_token", flag: flag, default: true)
        }
        if OAuth2Provider.fields["logoutURI"].exists(in: release) {
            optional("logoutURI", "logout_uri", provider["logoutURI"].text, default: "")
            optional(
                "logoutMethod",
                "logout_method",
                provider["logoutMethod"].text,
                default: LogoutMethod.backchannel.rawValue
            )
        }
        if OAuth2Provider.fields["grantTypes"].exists(in: release), let types = provider["grantTypes"].words,
            !types.isEmpty
        {
            let isDefault = Set(types) == ["authorization_code", "refresh_token"]
            let field = ExportedField("grantTypes", words: types.sorted(), isOptional: true)
            optional(field, "grant_types", isDefault: isDefault)
        }
    }

    // MARK: - Fields

    private mutating func add(_ name: String, _ text: String) {
        service.fields.append(ExportedField(name, YAMLText.scalar(text.trimmed)))
    }

    /// A field that a file manages whether it names it or not.
    private mutating func managed(_ name: String, _ authentik: String, _ text: String, default standard: String) {
        let object = mark?.providerFields ?? []
        if text.trimmed != standard || object.contains(authentik) { add(name, text) }
    }

    private mutating func optional(_ name: String, _ authentik: String, _ text: String?, default standard: String) {
        guard let text else { return }
        optional(name, authentik, text, isDefault: text.trimmed == standard)
    }

    private mutating func optional(_ name: String, _ authentik: String, _ text: String, isDefault: Bool) {
        optional(ExportedField(name, YAMLText.scalar(text.trimmed), isOptional: true), authentik, isDefault: isDefault)
    }

    private mutating func optional(_ name: String, _ authentik: String, flag: Bool, default standard: Bool) {
        optional(ExportedField(name, "\(flag)", isOptional: true), authentik, isDefault: flag == standard)
    }

    private mutating func optional(_ field: ExportedField, _ authentik: String, isDefault: Bool) {
        if isMarked(authentik, field) {
            service.fields.append(field)
        } else if !isDefault {
            if mark == nil { service.fields.append(field) } else { service.unmanaged.append(field) }
        }
    }

    /// Both objects have a `name`; of a provider it is a field that is always managed.
    private func isMarked(_ authentik: String, _ field: ExportedField) -> Bool {
        field.name == "name" ? mark?.applicationFields.contains("name") ?? false : marked.contains(authentik)
    }

    private mutating func optionalReference(
        _ name: String,
        _ authentik: String,
        _ pk: String?,
        _ look: (String?) -> String?
    ) {
        if let text = look(pk) {
            optional(name, authentik, text, isDefault: false)
        } else if pk != nil {
            service.remarks.append("its \(name), which is not known by a name of its own")
        } else if marked.contains(authentik) {
            service.remarks.append("the \(name) that its mark tells of is gone; a pass brings the mark up to date")
        }
    }
}

extension RedirectEntry {
    fileprivate var isStrict: Bool { matchingMode == RedirectURI.Matching.strict.rawValue }
}

extension ExportedField {
    /// On one line.
    fileprivate init(_ name: String, _ value: String, isOptional: Bool = false) {
        self.init(name: name, lines: ["\(name): \(value)"], isOptional: isOptional)
    }

    /// A list with the lines of each item.
    fileprivate init(_ name: String, list: [[String]]) {
        let items = list.flatMap { lines in
            lines.enumerated().map { index, line in (index == 0 ? "  - " : "    ") + line }
        }
        self.init(name: name, lines: ["\(name):"] + items)
    }

    /// A list in brackets where all fit into them.
    fileprivate init(_ name: String, words: [String], isOptional: Bool = false) {
        if words.allSatisfy(YAMLText.isPlainInFlow) {
            self.init(name, "[\(words.joined(separator: ", "))]", isOptional: isOptional)
        } else {
            self.init(name, list: words.map { [YAMLText.scalar($0)] })
            self.isOptional = isOptional
        }
    }
}
