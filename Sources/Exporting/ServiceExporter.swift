import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds
import Planning
import YAMLDocument

/// Writes one application, and its OAuth2 or proxy provider, as the fields of a service.
///
/// | a value | without a mark of this owner | with one |
/// |---|---|---|
/// | of a field that the file sets according to the mark | – | written |
/// | equal to the default | left out | left out |
/// | another, of a field that is always managed | written | written |
/// | another, of an optional field | written | a comment: its file does not manage it |
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

    var service: ExportedService

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
    }

    /// A redirect URI of a service with an origin.
    struct Redirect: Hashable {
        var origin: WebOrigin
        var uri: RedirectURI
    }

    /// - Parameters:
    ///   - redirects: the redirects of the services before this one; duplicates are an error.
    ///   - variables: the variables of the services before this one.
    mutating func export(_ redirects: inout Set<Redirect>, _ variables: inout EnvironmentNames) -> ExportedService {
        let proxy = provider?.kind == .proxy ? provider?.proxy : nil
        let place = proxy == nil ? place(&redirects) : nil
        for field in Application.fields.inReadingOrder {
            switch field.name {
            case Application.Row.slug.name: add(ExportedField(field, application.slug))
            case Application.Row.launchURL.name:
                if let proxy { writeExternalHost(of: proxy) } else { writeLaunchURL(place) }
            default: write(field, application[field], marked: mark?.applicationFields)
            }
        }
        if let proxy {
            writeForwardAuth(proxy)
            return service
        }
        guard let provider else { return service }
        for field in OAuth2Provider.fields.inReadingOrder {
            switch field.kind {
            case .redirectURIs: writeRedirects(place)
            case .logoutRedirectURIs: writeLogoutRedirects(field, provider[field].redirectEntries)
            case .secret: writeSecret(of: provider, &variables)
            case .references where field.outer != nil: break
            default: write(field, provider[field], marked: mark?.providerFields)
            }
        }
        writeFederation(of: provider)
        return service
    }

    // MARK: - The application

    /// The origin of a service at the file's host, and its redirect URIs there.
    private struct Place {
        var origin: WebOrigin
        var paths: [String]
        var others: [RedirectEntry]
    }

    /// The place if `port` and paths can express all URLs; nil if they must be written in full.
    private func place(_ redirects: inout Set<Redirect>) -> Place? {
        guard let host, let origin = WebOrigin(application.launchURL.trimmed), origin.host == host,
            mark == nil || isLaunchURLMarked
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

    private var isLaunchURLMarked: Bool {
        mark?.applicationFields.contains(Application.Row.launchURL.attribute) ?? false
    }

    /// Whether it is hidden and has no launch URL, which can also be declared by a launch URL, and must be for a
    /// bookmark.
    private var hasNoTile: Bool {
        application.isHidden && application.launchURL.trimmed.isEmpty && (provider == nil || isLaunchURLMarked)
    }

    private mutating func writeLaunchURL(_ place: Place?) {
        if let place {
            if let port = place.origin.port { service.fields.append(ExportedField("port", "\(port)")) }
        } else if !application.launchURL.trimmed.isEmpty || hasNoTile {
            let launchURL = hasNoTile ? Application.noLaunchURL : application.launchURL
            let field = ExportedField(Application.Row.launchURL, launchURL)
            optional(field, isMarked: isLaunchURLMarked, isDefault: false)
            // A bookmark without one has nothing to open.
            if provider == nil, let index = service.fields.firstIndex(where: { $0.name == "launchURL" }) {
                service.fields[index].isOptional = false
            }
        } else if provider == nil {
            service.refuse("a bookmark has nothing to launch; a file needs a launchURL or port", .nothingToLaunch)
        } else if isLaunchURLMarked {
            service.remarks.append(
                "the launch URL that its mark records no longer exists; the next pass updates the mark"
            )
        }
    }

    // MARK: - The provider

    private var loginEntries: [RedirectEntry] {
        (provider?.redirectURIs ?? []).filter { !$0.isForLogout }.withoutRepetitions
    }

    private mutating func writeRedirects(_ place: Place?) {
        let entries = loginEntries
        if entries.isEmpty { refuseWithoutRedirectURI() }
        if let place, place.paths.count == 1 {
            add(ExportedField("redirectPath", YAMLText.scalar(place.paths[0].trimmed)))
        } else if let place, !place.paths.isEmpty {
            service.fields.append(ExportedField("redirectPaths", list: place.paths.map { [YAMLText.scalar($0)] }))
        }
        let inFull = place?.others ?? entries
        guard !inFull.isEmpty else { return }
        service.fields.append(ExportedField("redirectURIs", inFull))
    }

    /// A file cannot express what Authentik learns automatically; the user has to fill it in.
    private mutating func refuseWithoutRedirectURI() {
        service.refuse(
            "its provider has no redirect URI, so Authentik adopts the first one that is used; list its redirect URIs in "
                + "redirectURIs, and remove the comment signs",
            .noRedirectURI
        )
        let example = "for example [https://\(application.slug).example.org/callback]"
        add(ExportedField("redirectURIs", "[]  # to be filled in: \(example)"))
    }

    private mutating func writeLogoutRedirects(_ field: FieldSpec, _ entries: [RedirectEntry]) {
        guard field.exists(in: release) else { return }
        let isMarked = mark?.providerFields.contains(field.attribute) ?? false
        let exported = ExportedField(field.name.rawValue, entries.withoutRepetitions)
        optional(exported, isMarked: isMarked, isDefault: entries.isEmpty)
    }

    private mutating func writeSecret(of provider: OAuth2Provider, _ variables: inout EnvironmentNames) {
        guard provider.clientType != ClientType.public.rawValue else { return }
        let variable = variables.name(for: application.slug)
        service.secret = (variable, provider.clientSecret)
        let name = OAuth2Provider.Row.clientSecret.name.rawValue
        service.fields.append(ExportedField(name: name, lines: ["\(name): {env: \(variable)}"]))
    }

    /// The providers and sources whose tokens the provider accepts, in one mapping.
    private mutating func writeFederation(of provider: OAuth2Provider) {
        var parts: [(text: String, isWritten: Bool)] = []
        for field in OAuth2Provider.fields.inReadingOrder where field.outer != nil {
            let isMarked = mark?.providerFields.contains(field.attribute) ?? false
            let references = provider[field].references
            guard isMarked || !references.isEmpty else { continue }
            let unknown = references.filter { names.federated($0) == nil }.map { "'\(names.title($0))'" }.sorted()
            guard unknown.isEmpty else {
                service.remarks.append(
                    "its \(field.name.rawValue): a file cannot name \(unknown.joined(separator: ", "))"
                )
                continue
            }
            let slugs = references.compactMap(names.federated).sorted()
                .map { YAMLText.isPlainInFlow($0) ? $0 : "\"\($0)\"" }
            let text = "\(field.inner.rawValue): [\(slugs.joined(separator: ", "))]"
            parts.append((text, isWritten: isMarked || mark == nil))
        }
        for isWritten in [true, false] {
            let texts = parts.filter { $0.isWritten == isWritten }.map(\.text)
            guard !texts.isEmpty else { continue }
            let field = ExportedField("jwtFederation", "{\(texts.joined(separator: ", "))}")
            optional(field, isMarked: isWritten, isDefault: false)
        }
    }

    // MARK: - Rows

    /// Writes a field of either object according to its row.
    ///
    /// - Parameter marked: the attributes that the file sets according to the mark; nil without a mark of this owner.
    mutating func write(_ field: FieldSpec, _ value: FieldValue, marked: [String]?) {
        let isMarked = marked?.contains(field.attribute) ?? false
        let fallback = field.fallback(slug: application.slug)
        let isDefault = fallback.map(value.means) ?? false
        guard field.exists(in: release) else {
            if !isDefault, !value.isNone {
                service.remarks.append(
                    "its \(field.name.rawValue), which the API of Authentik \(release) does not accept"
                )
            }
            return
        }
        switch (field.kind, value) {
        case (.reference(let referent), _):
            writeReference(field, value.reference?.pk.string, referent, standard: fallback?.reference?.name, isMarked)
        case (.references, .references(let references)):
            writeScopes(field, references, standard: fallback?.references.map(\.name) ?? [], isMarked)
        case (_, .text(let text)), (_, .duration(let text)):
            add(ExportedField(field, text), field, isMarked: isMarked, isDefault: isDefault)
        case (_, .flag(let flag)):
            add(ExportedField(field, "\(flag)"), field, isMarked: isMarked, isDefault: isDefault)
        case (_, .words(let words)) where !words.isEmpty:
            let exported = ExportedField(field.name.rawValue, words: words.sorted())
            add(exported, field, isMarked: isMarked, isDefault: isDefault)
        case (_, .lines(let lines)):
            let name = field.name.rawValue
            let list = ExportedField(name, list: lines.map { [YAMLText.scalar($0)] })
            add(lines.isEmpty ? ExportedField(name, "[]") : list, field, isMarked: isMarked, isDefault: isDefault)
        default: break
        }
    }

    private mutating func writeReference(
        _ field: FieldSpec,
        _ pk: String?,
        _ referent: Referent,
        standard: String?,
        _ isMarked: Bool
    ) {
        let name = field.name.rawValue
        if let text = referent == .flow ? names.flow(pk) : names.key(pk) {
            let exported = ExportedField(field, text)
            add(exported, field, isMarked: isMarked, isDefault: text.trimmed == standard)
            if field.name == OAuth2Provider.Row.signingKey.name { noteAlgorithm(of: pk) }
        } else if pk == nil, !field.isOptional, let none = referent.wordForNone {
            let exported = ExportedField(field, none)
            add(exported, field, isMarked: isMarked, isDefault: false)
            noteAlgorithm(of: pk)
        } else if !field.isOptional {
            service.refusals.append(refusal(of: field, pk))
        } else if pk != nil {
            service.remarks.append("its \(name), whose name is unknown or not unique")
        } else if isMarked {
            service.remarks.append("the \(name) that its mark records no longer exists; the next pass updates the mark")
        }
    }

    /// Why a service cannot be declared without an object that every declared provider has.
    private func refusal(of field: FieldSpec, _ pk: String?) -> String {
        guard field.name == OAuth2Provider.Row.signingKey.name else {
            return "its \(field.name.rawValue) is not set, or unknown"
        }
        return "the name of its signing key is unknown or not unique"
    }

    /// Adds a comment with the signing algorithm after a key.
    private mutating func noteAlgorithm(of key: String?) {
        let name = OAuth2Provider.Row.signingKey.name.rawValue
        guard let algorithm = names.algorithm(key), service.fields.last?.name == name else { return }
        let last = service.fields.count - 1
        service.fields[last].lines = service.fields[last].lines.map { "\($0)  # \(algorithm.rawValue)" }
    }

    /// - Parameter standard: the program's default, in its order.
    private mutating func writeScopes(
        _ field: FieldSpec,
        _ references: [FieldValue.Reference],
        standard: [String],
        _ isMarked: Bool
    ) {
        let (scopes, mappings) = scopes(references.compactMap(\.pk.string))
        if references.isEmpty { service.refuse("its provider has no scopes; a file needs at least one", .noScopes) }
        let known = standard.filter(scopes.contains)
        if !isMarked, mappings.isEmpty, known.count == scopes.count, known.count == standard.count { return }
        let ordered = known + scopes.filter { !known.contains($0) }.sorted()
        guard !ordered.isEmpty || !mappings.isEmpty else { return }
        add(ExportedField(field.name.rawValue, scopes: ordered, mappings: mappings.sorted()))
    }

    /// The file's names of scope mappings: by scope, or by their own names.
    mutating func scopes(_ pks: [String]) -> (scopes: [String], mappings: [String]) {
        var scopes: [String] = []
        var mappings: [String] = []
        for pk in pks {
            switch names.scope(pk) {
            case .name(let name): if !scopes.contains(name) { scopes.append(name) }
            case .mapping(let name): mappings.append(name)
            case .unnamed(let reason): service.refusals.append(reason)
            }
        }
        return (scopes, mappings)
    }

    // MARK: - Fields

    mutating func add(_ field: ExportedField) { service.fields.append(field) }

    mutating func add(_ exported: ExportedField, _ field: FieldSpec, isMarked: Bool, isDefault: Bool) {
        if field.isOptional {
            optional(exported, isMarked: isMarked, isDefault: isDefault)
        } else if isMarked || !isDefault {
            // A file manages it even if it does not name it.
            add(exported)
        }
    }

    mutating func optional(_ exported: ExportedField, isMarked: Bool, isDefault: Bool) {
        var exported = exported
        exported.isOptional = true
        if isMarked {
            add(exported)
        } else if !isDefault {
            if mark == nil { add(exported) } else { service.unmanaged.append(exported) }
        }
    }
}

extension RedirectEntry {
    fileprivate var isStrict: Bool { matchingMode == RedirectURI.Matching.strict.rawValue }
}

extension [RedirectEntry] {
    /// Entries of one type without those that a file cannot have together.
    fileprivate var withoutRepetitions: [RedirectEntry] {
        var seen: Set<[String]> = []
        return filter { seen.insert([$0.matchingMode, $0.url.trimmed]).inserted }
    }
}

extension ExportedField {
    /// On one line.
    init(_ name: String, _ value: String) {
        self.init(name: name, lines: ["\(name): \(value)"])
    }

    /// A text, or the word for a flag, on one line.
    init(_ field: FieldSpec, _ text: String) {
        if case .flag = field.kind {
            self.init(field.name.rawValue, text)
        } else {
            self.init(field.name.rawValue, YAMLText.scalar(text.trimmed))
        }
    }

    /// A list with the lines of each item.
    fileprivate init(_ name: String, list: [[String]]) {
        let items = list.flatMap { lines in
            lines.enumerated().map { index, line in (index == 0 ? "  - " : "    ") + line }
        }
        self.init(name: name, lines: ["\(name):"] + items)
    }

    /// A list of redirect URIs, or an empty one.
    fileprivate init(_ name: String, _ entries: [RedirectEntry]) {
        if entries.isEmpty {
            self.init(name, "[]")
            return
        }
        self.init(
            name,
            list: entries.map { entry in
                let url = YAMLText.scalar(entry.url.trimmed)
                return entry.isStrict ? [url] : ["url: \(url)", "matching: \(YAMLText.scalar(entry.matchingMode))"]
            }
        )
    }

    /// A list of scopes, some of which are mappings by their own names.
    init(_ name: String, scopes: [String], mappings: [String]) {
        if mappings.isEmpty {
            self.init(name, words: scopes)
        } else if scopes.allSatisfy(YAMLText.isPlainInFlow), mappings.allSatisfy(YAMLText.isPlainTextInFlow) {
            let entries = scopes + mappings.map { "{mapping: \($0)}" }
            self.init(name, "[\(entries.joined(separator: ", "))]")
        } else {
            self.init(
                name,
                list: scopes.map { [YAMLText.scalar($0)] } + mappings.map { ["mapping: \(YAMLText.scalar($0))"] }
            )
        }
    }

    /// A list in brackets if all items fit.
    init(_ name: String, words: [String]) {
        if words.allSatisfy(YAMLText.isPlainInFlow) {
            self.init(name, "[\(words.joined(separator: ", "))]")
        } else {
            self.init(name, list: words.map { [YAMLText.scalar($0)] })
        }
    }
}

/// Generates unique names of environment variables for client secrets.
struct EnvironmentNames {
    private var taken: Set<String> = []

    /// `GRAFANA_CLIENT_SECRET` for `grafana`; if two slugs give the same name, the second gets a number.
    mutating func name(for slug: String) -> String {
        let letters = slug.utf8.map { byte -> UInt8 in
            guard byte.isASCIIAlphanumeric else { return UInt8(ascii: "_") }
            return byte.isASCIILowercase ? byte - 0x20 : byte
        }
        let isDigitFirst = letters.first?.isASCIIDigit ?? false
        let base = (isDigitFirst ? "_" : "") + String(decoding: letters, as: UTF8.self) + "_CLIENT_SECRET"
        var name = base
        var number = 2
        while !taken.insert(name).inserted {
            name = "\(base)_\(number)"
            number += 1
        }
        return name
    }
}
