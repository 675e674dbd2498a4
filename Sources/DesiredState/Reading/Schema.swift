import Base
import JSON
import Kinds

/// The fields that a mapping of the file may have: the one place that lists them.
///
/// Most of a service's are the rows of the tables of its application and its provider; see ``Kinds/FieldSpec``.
struct Schema: Sendable {
    let fields: [Field]
    /// How the mapping is called where one of its fields turns up elsewhere: `in a service`.
    let place: String
    /// Whether somebody may have written a secret into it, so that nothing of it may be repeated.
    let mayHoldSecret: Bool

    private let byName: [FieldName: Field]
    private let otherNames: OtherNames

    /// - Parameter otherNames: what people and other programs call a field, besides what Authentik calls it.
    init(
        _ place: String,
        mayHoldSecret: Bool = false,
        otherNames: OtherNames = [:],
        _ fields: [Field]
    ) {
        self.place = place
        self.mayHoldSecret = mayHoldSecret
        self.otherNames = otherNames.adding(fields)
        self.fields = fields
        byName = Dictionary(fields.map { ($0.name, $0) }) { first, _ in first }
    }

    /// What to use where an unknown field may be a secret, and nothing can be guessed.
    var hintForUnknown: String? {
        guard mayHoldSecret else { return nil }
        let names = fields.map { "'\($0.name.rawValue)'" }.joined(separator: ", ")
        return "a secret is referenced by \(fields.contains { $0.name == .env } ? "one of " : "")\(names)"
    }

    subscript(name: String) -> Field? { byName[FieldName(rawValue: name)] }
    subscript(name: FieldName) -> Field? { byName[name] }

    /// What somebody means by a name that is not one of the fields.
    func meaning(of name: String) -> OtherNames.Meaning? { otherNames[name] }

    /// The beginning of names at the top of the file that are ignored, as in Compose files; anchors stand there.
    static let extensionPrefix = "x-"
}

/// The fields that code asks for by name; all others are rows only.
extension FieldName {
    // The file.
    static let apiVersion: FieldName = "apiVersion"
    static let owner: FieldName = "owner"
    static let host: FieldName = "host"
    static let scheme: FieldName = "scheme"
    static let defaults: FieldName = "defaults"
    static let services: FieldName = "services"
    static let prune: FieldName = "prune"
    static let maxDeletions: FieldName = "maxDeletions"
    static let publicURL: FieldName = "publicURL"
    static let groups: FieldName = "groups"
    static let scopeMappings: FieldName = "scopeMappings"
    // A service; host and scheme too.
    static let slug = Application.Row.slug.name
    static let name = Application.Row.name.name
    static let launchURL = Application.Row.launchURL.name
    static let hidden = Application.Row.hidden.name
    static let port: FieldName = "port"
    static let redirectPath: FieldName = "redirectPath"
    static let redirectPaths: FieldName = "redirectPaths"
    static let redirectURIs = OAuth2Provider.Row.redirectURIs.name
    static let providerName = OAuth2Provider.Row.name.name
    static let clientID = OAuth2Provider.Row.clientID.name
    static let clientType = OAuth2Provider.Row.clientType.name
    static let secretRef = OAuth2Provider.Row.clientSecret.name
    static let adopt: FieldName = "adopt"
    static let state: FieldName = "state"
    static let renamedFrom: FieldName = "renamedFrom"
    static let restart: FieldName = "restart"
    static let publish: FieldName = "publish"
    static let jwtFederation: FieldName = "jwtFederation"
    static let access: FieldName = "access"
    static let verify: FieldName = "verify"
    static let loginURL: FieldName = "loginURL"
    static let forwardAuth: FieldName = "forwardAuth"
    // A secret reference.
    static let env: FieldName = "env"
    static let file: FieldName = "file"
    static let kubernetes: FieldName = "kubernetes"
    // A key of a Kubernetes Secret; name too.
    static let namespace: FieldName = "namespace"
    static let key: FieldName = "key"
    // A publication; namespace and name too.
    static let kind: FieldName = "kind"
    static let keySet: FieldName = "keySet"
    static let keys: FieldName = "keys"
    // A key of it.
    static let value: FieldName = "value"
    static let template: FieldName = "template"
    // Who may open a service; the lists of subjects too.
    static let mode: FieldName = "mode"
    static let exclusive: FieldName = "exclusive"
    // Forward-auth; mode too.
    static let outpost: FieldName = "outpost"
    static let basicAuth = ProxyProvider.Row.basicAuth.name
    static let basicAuthUser = ProxyProvider.Row.basicAuthUser.name
    static let basicAuthPassword = ProxyProvider.Row.basicAuthPassword.name
    // A redirect URI.
    static let url: FieldName = "url"
    static let matching: FieldName = "matching"
    static let example: FieldName = "example"
    // A scope mapping; name and adopt too.
    static let expression = ScopeMapping.Row.expression.name
    // An entry of scopes.
    static let mapping: FieldName = "mapping"

    /// The field that names a workload of a kind.
    init(_ kind: Workload.Kind) {
        self.init(rawValue: kind.rawValue)
    }

    /// The list of subjects of a kind.
    init(_ kind: SubjectKind) {
        self.init(rawValue: kind.fileList)
    }
}

extension Schema {
    static let file = Schema(
        "at the top of the file",
        otherNames: .ofFile,
        [
            Field(.apiVersion, .choice(["reconcile/v1"]), isRequired: true, doc: "The format of the file."),
            Field(
                .owner,
                .text(.owner),
                isRequired: true,
                doc:
                    "Whose services these are. Each managed application is marked with it, and only what carries this mark is "
                    + "ever deleted."
            ),
            Field(
                .host,
                .text(.host),
                doc: "Where the services of this file live: a name or address, without scheme and port."
            ),
            Field(
                .scheme,
                .choice(Origin.schemes),
                standard: "https",
                doc: "The scheme of the services of this file."
            ),
            Field(
                .defaults,
                .node,
                doc:
                    "Fields that hold for each service of this file that does not set them: a list or mapping of the service's "
                    + "own takes the whole place of one here, and null takes it away."
            ),
            Field(
                .services,
                .node,
                isRequired: true,
                doc: "The services; [] for none. The same slug twice, also in two files, is a mistake."
            ),
            Field(
                .prune,
                .flag,
                standard: false,
                doc:
                    "Whether what carries this owner's mark and is declared no more is deleted. Without it, it is reported and "
                    + "left alone."
            ),
            Field(
                .maxDeletions,
                .number(0...100_000, example: 3),
                unlessGiven: "3, or a tenth of all that is ours, if that is more",
                doc:
                    "The deletion limit: from how many services a pass may delete, each scope mapping counted like one. One that would "
                    + "delete more deletes nothing, and says so."
            ),
            Field(
                .publicURL,
                .text(.publicURL),
                unlessGiven: "where this program reaches it",
                doc: "Where browsers and services reach Authentik, for what is published: scheme, host, port and path."
            ),
            Field(
                .groups,
                .node,
                doc:
                    "Groups that the file needs: those that are missing are made, with a name and nothing else. None is ever "
                    + "changed or deleted."
            ),
            Field(
                .scopeMappings,
                .node,
                doc:
                    "Scope mappings of one's own: made, kept as they are declared, and deleted with prune once the file has them "
                    + "no more and no provider has them. Services name them in scopes."
            ),
        ]
    )

    static let service = Schema(
        "in a service or in defaults",
        otherNames: .ofService,
        ofApplication + ofOrigin + ofProvider + ofService
    )

    private static let ofApplication = Application.fields.inReadingOrder.map { row in
        Field(row, unlessGiven: row.name == .launchURL ? "the origin; without one, left as it is" : nil)
    }

    private static let ofOrigin: [Field] = [
        Field(
            .host,
            .text(.host),
            unlessGiven: "the file's",
            doc: "Where the service lives: a name or address, without scheme and port."
        ),
        Field(.scheme, .choice(Origin.schemes), unlessGiven: "the file's", doc: "The scheme of the service's origin."),
        Field(
            .port,
            .number(1...65535, example: 8443),
            unlessGiven: "the scheme's own",
            doc: "The port of the service's origin, which its launch URL is unless given."
        ),
        Field(
            .redirectPath,
            .text(.redirectPath),
            isForProvider: true,
            doc:
                "Where logins return to, below the origin. A service with a redirect path or URI has an OAuth2 provider; one "
                + "without is a bookmark, or has forwardAuth."
        ),
        Field(.redirectPaths, .texts(.redirectPath), isForProvider: true, doc: "More such paths, beside redirectPath."),
    ]

    private static let ofProvider =
        OAuth2Provider.fields.inReadingOrder.filter { $0.outer == nil }.map { Field($0, isForProvider: true) } + [
            Field(
                .jwtFederation,
                .federation,
                isForProvider: true,
                unlessGiven: "left as it is",
                doc: "Whose tokens the provider takes for its own: those of other providers, and of sources."
            )
        ]

    private static let ofService: [Field] = [
        Field(
            .forwardAuth,
            .forwardAuth,
            unlessGiven: "none",
            doc:
                "For a service that cannot log anybody in itself: an outpost of Authentik's does it before people reach the "
                + "service. Not together with a redirect path or URI."
        ),
        Field(
            .access,
            .access,
            unlessGiven: "not managed",
            doc:
                "Who may open the service: everyone, or the groups, users and policies that it names. Without a binding an "
                + "application is open to everybody. Taking access out of the file opens nothing; only everyone does."
        ),
        Field(
            .adopt,
            .choice(AdoptionPolicy.words),
            standard: "always",
            doc:
                "What becomes of an application that is there without a mark: it is brought in line (always), taken over if "
                + "nothing of it would change (matching), or only if a create of this program left it half done (never)."
        ),
        Field(
            .state,
            .choice(ServiceState.words),
            isDefaultable: false,
            standard: "present",
            doc: "Whether the service is to be there. One that is absent is deleted if it is ours, also without prune."
        ),
        Field(
            .renamedFrom,
            .texts(.slug),
            isDefaultable: false,
            doc: "Slugs that the service had before. What is there under one moves to the new slug, in place."
        ),
        Field(
            .verify,
            .flag,
            standard: true,
            doc:
                "Whether probes prove, without logging in, that the login works (`reconcile verify`, and the daemon). They go to "
                + "Authentik, and for a service with forwardAuth to its address, which has to be reached from here."
        ),
        Field(
            .loginURL,
            .text(.loginURL),
            isForProvider: true,
            isDefaultable: false,
            doc:
                "Where the service's own login button leads, a path below its origin or a URL, as `/login/generic_oauth`: probes "
                + "follow it and expect to be sent to Authentik with this client id and redirect URI."
        ),
        Field(
            .restart,
            .workload,
            isForProvider: true,
            isDefaultable: false,
            doc:
                "What is restarted in Kubernetes once the provider has a rotated secret; secretRef must name a Secret there."
        ),
        Field(
            .publish,
            .publication,
            isForProvider: true,
            isDefaultable: false,
            doc: "What the service is told of its provider, as keys of a ConfigMap or Secret."
        ),
    ]

    /// All that fields are looked for in that are in the wrong place; `value` and `template` are words that people try anywhere.
    ///
    /// Where several have a field of some name, the likelier place comes first: `groups` in a service belongs in `access`.
    static let all = [
        access, file, service, forwardAuth, basicAuth, secretReference, kubernetesSecret, workload, publication,
        federation, redirectURI, group, scopeMapping, scope,
    ]

    /// The field that has one of Authentik's names, and where it stands.
    static func field(withAttribute name: String) -> (Field, Schema)? {
        all.lazy.compactMap { schema in
            let field = schema.fields.first { $0.attribute.map { Suggestion.isSame($0, name) } ?? false }
            return field.map { ($0, schema) }
        }.first
    }
}

extension CaseIterable where Self: RawRepresentable<String> {
    /// The words that stand for the cases in the file.
    static var words: [String] { allCases.map(\.rawValue) }
}
