import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds
import Secrets

/// What the fields of an object should hold, and where they differ from that.
///
/// For each row of the table that the release supports:
///
/// | the file, or the program's default, says | the object holds | the file set it last time | the object gets |
/// |---|---|---|---|
/// | a value | an equivalent value | any | nothing |
/// | a value | another value | any | that value |
/// | nothing | any | no | nothing: it is not managed |
/// | nothing | its fallback | yes | nothing |
/// | nothing | another value | yes | its fallback |
///
/// Exceptions: a secret that is not shown is compared by a probe (``SecretProof``) or not at all; a secret that was
/// left out of the plan is not compared. A field that is missing from an answer although the release should have it
/// (``FieldSpec/mayBeUnknown``) is not compared. A list that is sent on create and is found empty gets what a create
/// sends.
///
/// Redirect URIs for logouts are entries of the same attribute as those for logins. The table applies to them
/// separately, but they are shown and sent together.
struct WantedFields {
    let object: ObjectKind
    let table: FieldTable
    /// The slug of the service, to which some fields fall back.
    let slug: String
    /// The declared values and this program's defaults, with every name looked up; a field without a value is not
    /// managed.
    var values: FieldValues

    /// The fields of a new object.
    func assignments(_ release: Release) -> [FieldAssignment] {
        table.attributes(in: release).compactMap { field in
            created(field, release).map { FieldAssignment(field: field.attribute, value: $0) }
        }
    }

    /// Where an object differs from what is declared, or is no longer declared.
    ///
    /// - Parameters:
    ///   - formerly: the attributes that the file set last time; those it no longer sets go back to their fallbacks.
    ///   - firstOpens: whether the application has no launch URL, so that its tile opens the first redirect URI.
    ///   - proof: the result of probing a secret that is not shown.
    ///   - names: the names to show in differences.
    func changes(
        from observed: FieldValues,
        formerly: [String],
        firstOpens: Bool = false,
        proof: SecretProof? = nil,
        _ release: Release,
        names: NameIndex? = nil
    ) -> [FieldChange] {
        table.attributes(in: release).compactMap { field in
            let before = observed.held(field)
            let after = value(of: field, replacing: before, formerly: formerly, release, proof)
            guard let after else { return nil }
            return change(of: field, before, after, firstOpens: firstOpens, names)
        }
    }

    /// Whether an object is what this program would have created, including the fields that the file leaves out.
    ///
    /// A secret that cannot be compared proves nothing.
    ///
    /// - Parameter proof: the result of probing a secret that is not shown.
    func isAsCreated(_ observed: FieldValues, proof: SecretProof? = nil, _ release: Release) -> Bool {
        table.attributes(in: release).allSatisfy { field in
            guard let wanted = declared(field, release) ?? field.fallback(slug: slug) else { return true }
            let held = observed.held(field)
            if field.isSecret, held.isNone { return proof == .right }
            return field.mayBeUnknown && held.isNone || held.means(wanted)
        }
    }

    /// What an object holds that this program created before an upgrade: fields that the upgrade added have the values
    /// it gave them.
    func made(before upgrade: Release) -> WantedFields {
        var made = self
        for field in table.rows where !field.exists(before: upgrade) {
            made.values[field] = field.migrated ?? field.fallback(slug: slug)
        }
        return made
    }

    private func created(_ field: FieldSpec, _ release: Release) -> FieldValue? {
        declared(field, release) ?? (field.isSentOnCreate ? field.fallback(slug: slug) : nil)
    }

    /// The declared value of a field; for redirect URIs, including those for logouts.
    private func declared(_ field: FieldSpec, _ release: Release) -> FieldValue? {
        guard case .redirectURIs = field.kind else { return values[field] }
        return values[field]?.adding(logoutEntries: declaredLogoutEntries(release) ?? [])
    }

    /// Nil if the file does not set them or the release does not have them.
    private func declaredLogoutEntries(_ release: Release) -> [RedirectEntry]? {
        let field = OAuth2Provider.Row.logoutRedirectURIs
        return field.exists(in: release) ? values[field]?.redirectEntries : nil
    }

    /// What a field of an existing object should hold; nil if it is not managed or cannot be compared.
    private func value(
        of field: FieldSpec,
        replacing before: FieldValue,
        formerly: [String],
        _ release: Release,
        _ proof: SecretProof?
    ) -> FieldValue? {
        if before.isNone, field.isSecret ? proof != .wrong : field.mayBeUnknown { return nil }
        if field.isSentOnCreate, before.words?.isEmpty == true { return created(field, release) }
        let isDropped = values[field] == nil && formerly.contains(field.attribute)
        let value = isDropped ? field.fallback(slug: slug) : values[field]
        if case .unresolvedSecret? = value { return nil }
        guard case .redirectURIs = field.kind else { return value }
        let isGivenUp = formerly.contains(OAuth2Provider.Row.logoutRedirectURIs.attribute)
        let logoutEntries = declaredLogoutEntries(release) ?? (isGivenUp ? [] : before.logoutEntries)
        return value?.adding(logoutEntries: logoutEntries)
    }

    /// - Returns: nil if both are equivalent.
    private func change(
        of field: FieldSpec,
        _ before: FieldValue,
        _ after: FieldValue,
        firstOpens: Bool,
        _ names: NameIndex?
    ) -> FieldChange? {
        var (before, after) = (before, after)
        // Which one is first is only shown where it differs.
        if firstOpens, !after.begins(like: before) { (before, after) = (before.openingFirst, after.openingFirst) }
        guard !after.means(before) else { return nil }
        if let names { (before, after) = names.distinguished(names.named(before), after) }
        return FieldChange(object: object, field: field.attribute, before: before, after: after)
    }
}

extension Service {
    /// What its application should hold; a field that the file leaves out is not managed.
    func wanted(_ release: Release) -> WantedFields {
        WantedFields(object: .application, table: Application.fields, slug: slug, values: declared(release))
    }

    /// Where its application differs from what is declared, or is no longer declared: see ``WantedFields``.
    ///
    /// A hidden tile opens nothing, so it is not a difference that the upgrade to 2026.5 emptied its launch URL.
    func changes(from application: Application, formerly: [String], _ release: Release) -> [FieldChange] {
        let changes = wanted(release).changes(from: application.values, formerly: formerly, release)
        guard application.launchURL.trimmed.isEmpty else { return changes }
        let isHidden = values[Application.Row.hidden]?.flag == true && application.isHidden
        // In that case the tile of a proxy provider's application opens its external host.
        let leadsThere = forwardAuth.map { $0.externalHost.exact == launchURL?.exact } ?? false
        return isHidden || leadsThere ? changes.filter { $0.field != Application.Row.launchURL.attribute } : changes
    }

    /// The declared fields of its application in the form of a release: no launch URL and a hidden tile are equivalent.
    ///
    /// | declared | before 2026.5 | since |
    /// |---|---|---|
    /// | `launchURL: blank://blank` | the same | an empty launch URL, and hidden |
    /// | `hidden: true` | `blank://blank` | hidden |
    private func declared(_ release: Release) -> FieldValues {
        declared(canHide: Application.hiding <= release)
    }

    private func declared(canHide: Bool) -> FieldValues {
        var values = values
        if !canHide {
            guard let hidden = values[Application.Row.hidden] else { return values }
            if hidden.flag == true { values[Application.Row.launchURL] = .text(Application.noLaunchURL) }
            values[Application.Row.hidden] = nil
        } else if values.text(Application.Row.launchURL) == Application.noLaunchURL {
            values[Application.Row.launchURL] = .text("")
            values[Application.Row.hidden] = .flag(true)
        }
        return values
    }
}

extension Service {
    /// Whether an application is what this program would have created, on this release or on an older one.
    func isAsCreated(_ application: Application, _ release: Release) -> Bool {
        wanted(release).isAsCreated(application.values, release)
            || Application.fields.upgrades(to: release).contains { upgrade in
                made(before: upgrade, release).isAsCreated(application.values, release)
            }
    }

    /// What its application holds if it was created before an upgrade; since 2026.5, tiles are hidden by another field.
    private func made(before upgrade: Release, _ release: Release) -> WantedFields {
        guard upgrade <= Application.hiding, Application.hiding <= release else {
            return wanted(release).made(before: upgrade)
        }
        let created = declared(canHide: false)
        var made = WantedFields(object: .application, table: Application.fields, slug: slug, values: created)
            .made(before: upgrade)
        if created.text(Application.Row.launchURL) == Application.noLaunchURL {
            made.values[Application.Row.launchURL] = .text("")
            made.values[Application.Row.hidden] = .flag(true)
        }
        return made
    }
}

/// A declared provider with all names that Authentik expects as UUIDs looked up, and its secret resolved.
struct ResolvedProvider {
    let login: Login
    var wanted: WantedFields
    /// The outpost that should serve it; nil for an OAuth2 provider.
    var outpost: Outpost?

    /// - Parameters:
    ///   - secret: nil for a public client, and if secrets are left out of the plan.
    ///   - values: the declared or default values, looked up.
    init(_ login: Login, secret: Secret?, values: FieldValues) {
        self.login = login
        wanted = WantedFields(object: .provider, table: login.kind.fields, slug: login.slug, values: values)
        guard case .oauth2(let provider) = login else { return }
        let isConfidential = provider.clientType == .confidential
        wanted.values[OAuth2Provider.Row.clientSecret] =
            secret.map(FieldValue.secret) ?? (isConfidential ? .unresolvedSecret : nil)
    }

    /// Sets the providers whose tokens it accepts to those that exist once the plan is carried out.
    ///
    /// - Parameter own: the pk of a service's provider, or null for one that is still to be created; nil to keep the
    ///   value.
    mutating func federate(_ own: (_ slug: String) -> JSONValue?) {
        let field = OAuth2Provider.Row.federatedProviders
        guard login.kind == .oauth2Provider, case .references(let references)? = wanted.values[field] else { return }
        wanted.values[field] = .references(
            references.map { reference in own(reference.name).map { .init(pk: $0, name: reference.name) } ?? reference }
        )
    }

    /// The pks of the existing providers whose tokens it should accept.
    var federatedProviders: [Int] {
        guard login.kind == .oauth2Provider else { return [] }
        return (wanted.values[OAuth2Provider.Row.federatedProviders]?.references ?? []).compactMap(\.pk.integer)
    }

    /// Nil for a public client, and where secrets are left out of the plan.
    var secret: Secret? {
        login.kind == .oauth2Provider ? wanted.values[OAuth2Provider.Row.clientSecret]?.secret : nil
    }

    /// Nil for a public client, and if secrets are left out of the plan.
    var scopes: [FieldValue.Reference] {
        let row = login.kind == .oauth2Provider ? OAuth2Provider.Row.scopes : ProxyProvider.Row.scopes
        return wanted.values[row]?.references ?? []
    }

    /// The fields of a new provider.
    func assignments(_ release: Release) -> [FieldAssignment] { wanted.assignments(release) }

    /// What creates a new provider.
    func creation(_ release: Release) -> ObjectFields { ObjectFields(login.kind, assignments(release)) }

    /// What updates an existing provider.
    func update(_ provider: OAuth2Provider, _ assignments: [FieldAssignment]) -> Effect {
        let isProxy = provider.kind == .proxy
        let held = provider.held ?? wanted.values
        let all = isProxy ? ProxyProvider.patch(assignments, holding: held) : assignments
        return .update(.provider(provider), ObjectFields(login.kind, all))
    }

    /// Where a provider differs from what is declared, or is no longer declared: see ``WantedFields``.
    func changes(
        from provider: OAuth2Provider,
        formerly: [String],
        firstOpens: Bool,
        proof: SecretProof?,
        _ names: NameIndex
    ) -> [FieldChange] {
        wanted(of: provider, names).changes(
            from: provider.held ?? wanted.values,
            formerly: formerly,
            firstOpens: firstOpens,
            proof: proof,
            names.release,
            names: names
        )
    }

    /// Whether a provider is what this program would have created, on this release or on an older one.
    func isAsCreated(_ provider: OAuth2Provider, proof: SecretProof?, _ names: NameIndex) -> Bool {
        let held = provider.held ?? provider.values
        let wanted = wanted(of: provider, names)
        return wanted.isAsCreated(held, proof: proof, names.release)
            || login.kind.fields.upgrades(to: names.release).contains { upgrade in
                wanted.made(before: upgrade).isAsCreated(held, proof: proof, names.release)
            }
    }

    /// What an existing provider should hold.
    ///
    /// If it lacks one of the scopes that Authentik gives each proxy provider, that is not a difference: the provider
    /// is older than that behaviour of Authentik, and gets the scope with the next write, whatever is sent.
    private func wanted(of provider: OAuth2Provider, _ names: NameIndex) -> WantedFields {
        guard provider.kind == .proxy, let proxy = provider.proxy else { return wanted }
        let held = proxy.values.held(ProxyProvider.Row.scopes).references
        let own = Set(names.ownScopes.map(\.pk)).subtracting(held.map(\.pk))
        var wanted = wanted
        wanted.values[ProxyProvider.Row.scopes] = .references(scopes.filter { !own.contains($0.pk) })
        return wanted
    }
}

extension Service {
    /// The names of fields that the file sets and a release does not support.
    func unsupportedFields(_ release: Release) -> [FieldName] {
        let ofApplication = Application.fields.rows(after: release).filter {
            declares($0) && $0.name != Application.Row.hidden.name
        }
        let ofProvider = (login?.kind.fields.rows(after: release) ?? []).filter { login?.declares($0) ?? false }
        return (ofApplication + ofProvider).map(\.name)
    }

    /// The attributes of its application that the file sets, as a mark records them; without the slug, which identifies
    /// it.
    func declaredAttributes(_ release: Release) -> [String] {
        let declared = declared(release)
        return Application.fields.rows(in: release)
            .filter { $0.name != Application.Row.slug.name && declared[$0] != nil }.map(\.attribute)
    }
}

extension Login {
    /// The attributes of the provider that the file, or its `defaults`, sets, as a mark records them.
    func declaredAttributes(_ release: Release) -> [String] {
        let values = values
        return kind.fields.rows(in: release).compactMap { field in
            guard let value = values[field] else { return field.isSecret && declares(field) ? field.attribute : nil }
            return declares(field) && field.value(value, in: release) != nil ? field.attribute : nil
        }
    }

    /// The words of the file in fields that a release supports, but which were added in a later one.
    func unsupportedWords(_ release: Release) -> [(field: FieldName, word: String)] {
        kind.fields.rows(in: release).filter { !$0.laterWords.isEmpty }.flatMap { field in
            (values[field].map { field.unknownWords(of: $0, in: release) } ?? []).map { (field.name, $0) }
        }
    }
}
