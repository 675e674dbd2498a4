import AuthentikAPI
import Base
import DesiredState
import JSON
import Kinds
import Secrets

/// What the fields of an object should hold, and where they differ from that.
///
/// For each row of the table that the release takes:
///
/// | the file, or the program's default, says | the object holds | the file said it the last time | the object gets |
/// |---|---|---|---|
/// | a value | what means the same | any | nothing |
/// | a value | another | any | that value |
/// | nothing | any | no | nothing: it is not managed |
/// | nothing | its fallback | yes | nothing |
/// | nothing | another | yes | its fallback |
///
/// Apart from that: a secret that is not shown is compared by a probe (``SecretProof``), or not at all; nor is one that was
/// left out of the plan. A field that an answer
/// leaves out although the release should have it (``FieldSpec/mayBeUnknown``) is not compared. A list that is sent on
/// create and is found empty gets what a create sends.
///
/// Redirect URIs for logouts are entries of the same attribute as those for logins. The table holds for them by
/// themselves, and they are shown and sent together.
struct WantedFields {
    let object: ObjectKind
    let table: FieldTable
    /// The service's, which some fields fall back to.
    let slug: String
    /// What is declared, or defaulted by this program, with every name looked up; a place without a value is not managed.
    var values: FieldValues

    /// What a new object gets.
    func assignments(_ release: Release) -> [FieldAssignment] {
        table.attributes(in: release).compactMap { field in
            created(field, release).map { FieldAssignment(field: field.attribute, value: $0) }
        }
    }

    /// Where an object differs from what is declared, or no longer declared.
    ///
    /// - Parameters:
    ///   - formerly: the attributes that the file set the last time; what it dropped goes back to its fallback.
    ///   - firstOpens: whether the application has no launch URL, so that its tile opens the first redirect URI.
    ///   - proof: what a probe told of a secret that is not shown.
    ///   - names: gives what is shown of a difference names for people.
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

    /// Whether an object is what this program would have created, also in what the file leaves out.
    ///
    /// A secret that cannot be compared proves nothing.
    ///
    /// - Parameter proof: what a probe told of a secret that is not shown.
    func isAsCreated(_ observed: FieldValues, proof: SecretProof? = nil, _ release: Release) -> Bool {
        table.attributes(in: release).allSatisfy { field in
            guard let wanted = declared(field, release) ?? field.fallback(slug: slug) else { return true }
            let held = observed.held(field)
            if field.isSecret, held.isNone { return proof == .right }
            return field.mayBeUnknown && held.isNone || held.means(wanted)
        }
    }

    /// What an object holds that this program would have created before an upgrade: what that brought is as the upgrade
    /// made it.
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

    /// What is declared of a field; of redirect URIs those for logouts, too.
    private func declared(_ field: FieldSpec, _ release: Release) -> FieldValue? {
        guard case .redirectURIs = field.kind else { return values[field] }
        return values[field]?.adding(logoutEntries: declaredLogoutEntries(release) ?? [])
    }

    /// Nil where the file does not say, or the release has none.
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

    /// - Returns: nil if both mean the same.
    private func change(
        of field: FieldSpec,
        _ before: FieldValue,
        _ after: FieldValue,
        firstOpens: Bool,
        _ names: NameIndex?
    ) -> FieldChange? {
        var (before, after) = (before, after)
        // Which is the first is only said where it differs.
        if firstOpens, !after.begins(like: before) { (before, after) = (before.openingFirst, after.openingFirst) }
        guard !after.means(before) else { return nil }
        if let names { (before, after) = names.toldApart(names.named(before), after) }
        return FieldChange(object: object, field: field.attribute, before: before, after: after)
    }
}

extension Service {
    /// What its application should hold; a field that the file leaves out is not managed.
    func wanted(_ release: Release) -> WantedFields {
        WantedFields(object: .application, table: Application.fields, slug: slug, values: declared(release))
    }

    /// Where its application differs from what is declared, or no longer declared: see ``WantedFields``.
    ///
    /// A tile that is hidden leads nowhere: that the upgrade to 2026.5 emptied the launch URL of one is no difference.
    func changes(from application: Application, formerly: [String], _ release: Release) -> [FieldChange] {
        let changes = wanted(release).changes(from: application.values, formerly: formerly, release)
        guard application.launchURL.trimmed.isEmpty else { return changes }
        let isHidden = values[Application.Row.hidden]?.flag == true && application.isHidden
        // The tile of a proxy provider's application leads to its external host then.
        let leadsThere = forwardAuth.map { $0.externalHost.exact == launchURL?.exact } ?? false
        return isHidden || leadsThere ? changes.filter { $0.field != Application.Row.launchURL.attribute } : changes
    }

    /// What is declared of its application, as a release has it: no launch URL, and a hidden tile, mean the same.
    ///
    /// | declared | before 2026.5 | since |
    /// |---|---|---|
    /// | `launchURL: blank://blank` | that | an empty launch URL, and hidden |
    /// | `hidden: true` | `blank://blank` | hidden |
    private func declared(_ release: Release) -> FieldValues {
        declared(canHide: Application.hiding <= release)
    }

    private func declared(canHide: Bool) -> FieldValues {
        var values = values
        if !canHide {
            if values[Application.Row.hidden]?.flag == true {
                values[Application.Row.launchURL] = .text(Application.noLaunchURL)
            }
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

    /// What its application holds that was created before an upgrade; what hides a tile is another field since 2026.5.
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

/// A declared provider with every name that Authentik wants as a uuid looked up, and its secret at hand.
struct ResolvedProvider {
    let login: Login
    var wanted: WantedFields
    /// What is to serve it; nil for an OAuth2 provider.
    var outpost: Outpost?

    /// - Parameters:
    ///   - secret: nil for a public client, and where secrets are left out of the plan.
    ///   - values: what is declared or defaulted, looked up.
    init(_ login: Login, secret: Secret?, values: FieldValues) {
        self.login = login
        wanted = WantedFields(object: .provider, table: login.kind.fields, slug: login.slug, values: values)
        guard case .oauth2(let provider) = login else { return }
        let isConfidential = provider.clientType == .confidential
        wanted.values[OAuth2Provider.Row.clientSecret] =
            secret.map(FieldValue.secret) ?? (isConfidential ? .unresolvedSecret : nil)
    }

    /// Names the providers whose tokens it takes as they are once the plan is carried out.
    ///
    /// - Parameter own: the pk of a service's provider, null for one that is still to be made; nil for what is as it is.
    mutating func federate(_ own: (_ slug: String) -> JSONValue?) {
        let field = OAuth2Provider.Row.federatedProviders
        guard login.kind == .oauth2Provider, case .references(let references)? = wanted.values[field] else { return }
        wanted.values[field] = .references(
            references.map { reference in own(reference.name).map { .init(pk: $0, name: reference.name) } ?? reference }
        )
    }

    /// The pks of the providers that are there and whose tokens it is to take for its own.
    var federatedProviders: [Int] {
        guard login.kind == .oauth2Provider else { return [] }
        return (wanted.values[OAuth2Provider.Row.federatedProviders]?.references ?? []).compactMap(\.pk.integer)
    }

    /// Nil for a public client, and where secrets are left out of the plan.
    var secret: Secret? {
        login.kind == .oauth2Provider ? wanted.values[OAuth2Provider.Row.clientSecret]?.secret : nil
    }

    /// Its scope mappings.
    var scopes: [FieldValue.Reference] {
        let row = login.kind == .oauth2Provider ? OAuth2Provider.Row.scopes : ProxyProvider.Row.scopes
        return wanted.values[row]?.references ?? []
    }

    /// What a new provider gets.
    func assignments(_ release: Release) -> [FieldAssignment] { wanted.assignments(release) }

    /// What makes a new provider.
    func creation(_ release: Release) -> ObjectFields { ObjectFields(login.kind, assignments(release)) }

    /// What changes a provider that is there.
    func update(_ provider: OAuth2Provider, _ assignments: [FieldAssignment]) -> Effect {
        let isProxy = provider.kind == .proxy
        let held = provider.held ?? wanted.values
        let all = isProxy ? ProxyProvider.patch(assignments, holding: held) : assignments
        return .update(.provider(provider), ObjectFields(login.kind, all))
    }

    /// Where a provider differs from what is declared, or no longer declared: see ``WantedFields``.
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

    /// What is wanted of a provider that is there.
    ///
    /// One of the scopes that Authentik gives each proxy provider is no difference where it is missing: the provider is from
    /// before Authentik had it, and gets it with the next write, whatever is sent.
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
    /// The names of fields that the file sets and a release does not take.
    func unsupportedFields(_ release: Release) -> [FieldName] {
        let ofApplication = Application.fields.rows.filter {
            !$0.exists(in: release) && declares($0) && $0.name != Application.Row.hidden.name
        }
        let ofProvider = (login?.kind.fields.rows ?? []).filter {
            !$0.exists(in: release) && login?.declares($0) ?? false
        }
        return (ofApplication + ofProvider).map(\.name)
    }

    /// The attributes of its application that the file sets, as a mark remembers them: not the slug, which names it.
    func declaredAttributes(_ release: Release) -> [String] {
        let declared = declared(release)
        return Application.fields.rows(in: release)
            .filter { $0.name != Application.Row.slug.name && declared[$0] != nil }.map(\.attribute)
    }
}

extension Login {
    /// The attributes of the provider that the file, or its `defaults`, sets, as a mark remembers them.
    func declaredAttributes(_ release: Release) -> [String] {
        kind.fields.rows(in: release).filter { field in
            declares(field) && (values[field].map { field.value($0, in: release) != nil } ?? true)
        }.map(\.attribute)
    }

    /// The words that the file has in fields which a release takes, and that came later.
    func unsupportedWords(_ release: Release) -> [(field: FieldName, word: String)] {
        kind.fields.rows(in: release).flatMap { field in
            (values[field].map { field.unknownWords(of: $0, in: release) } ?? []).map { (field.name, $0) }
        }
    }
}
