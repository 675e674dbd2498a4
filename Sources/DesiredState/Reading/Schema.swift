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
    /// Whether it may contain a secret by mistake, so that messages must not repeat any of it.
    let mayHoldSecret: Bool

    private let byName: [FieldName: Field]
    private let otherNames: OtherNames

    /// - Parameter otherNames: names of fields that people and other programs use, in addition to Authentik's.
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

    /// The hint for an unknown field that may be a secret and looks like no other field.
    var hintForUnknown: String? {
        guard mayHoldSecret else { return nil }
        let names = fields.map { "'\($0.name.rawValue)'" }.joined(separator: ", ")
        return "a secret is referenced by \(fields.contains { $0.name == .env } ? "one of " : "")\(names)"
    }

    subscript(name: String) -> Field? { byName[FieldName(rawValue: name)] }
    subscript(name: FieldName) -> Field? { byName[name] }

    /// What a name that is not one of the fields probably means.
    func meaning(of name: String) -> OtherNames.Meaning? { otherNames[name] }

    /// The prefix of ignored names at the top of the file, as in Compose files; for example, for anchors.
    static let extensionPrefix = "x-"
}

/// The fields that the code uses by name; all others are only rows.
extension FieldName {
    // Fields of the file.
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
    // Fields of a service, in addition to host and scheme.
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
    // Fields of a secret reference.
    static let env: FieldName = "env"
    static let file: FieldName = "file"
    static let kubernetes: FieldName = "kubernetes"
    // Fields of a key of a Kubernetes Secret, in addition to name.
    static let namespace: FieldName = "namespace"
    static let key: FieldName = "key"
    // Fields of a publication, in addition to namespace and name.
    static let kind: FieldName = "kind"
    static let keySet: FieldName = "keySet"
    static let keys: FieldName = "keys"
    // Fields of a published key.
    static let value: FieldName = "value"
    static let template: FieldName = "template"
    // Fields of access, in addition to the lists of subjects.
    static let mode: FieldName = "mode"
    static let exclusive: FieldName = "exclusive"
    // Fields of forwardAuth, in addition to mode.
    static let outpost: FieldName = "outpost"
    static let basicAuth = ProxyProvider.Row.basicAuth.name
    static let basicAuthUser = ProxyProvider.Row.basicAuthUser.name
    static let basicAuthPassword = ProxyProvider.Row.basicAuthPassword.name
    // Fields of a redirect URI.
    static let url: FieldName = "url"
    static let matching: FieldName = "matching"
    static let example: FieldName = "example"
    // Fields of a scope mapping, in addition to name and adopt.
    static let expression = ScopeMapping.Row.expression.name
    // The field of an entry of scopes.
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
                    "The owner of these services, as in `homelab`. Managed applications carry it in an ownership mark, and nothing "
                    + "without this owner's mark is ever deleted."
            ),
            Field(
                .host,
                .text(.host),
                doc: "The host of this file's services: a host name or IP address, without scheme and port."
            ),
            Field(
                .scheme,
                .choice(Origin.schemes),
                standard: "https",
                doc: "The scheme of this file's services."
            ),
            Field(
                .defaults,
                .node,
                doc:
                    "Default values for the fields of this file's services. A list or mapping of a service replaces the default as a "
                    + "whole, and null removes it."
            ),
            Field(
                .services,
                .node,
                isRequired: true,
                doc: "The services; [] for none. A slug must not be used twice, not even in two files."
            ),
            Field(
                .prune,
                .flag,
                standard: false,
                doc:
                    "Whether to delete services and scope mappings with this owner's mark that are no longer declared. If false, they "
                    + "are reported as orphans and left alone."
            ),
            Field(
                .maxDeletions,
                .number(0...100_000, example: 3),
                unlessGiven: "3, or a tenth of everything owned if that is more",
                doc:
                    "The deletion limit: the number of services and scope mappings that one pass may delete. A pass that would delete "
                    + "more deletes nothing and reports it."
            ),
            Field(
                .publicURL,
                .text(.publicURL),
                unlessGiven: "the address that reconcile uses",
                doc:
                    "Authentik's address for browsers and services, used in published values, as in `https://auth.example.org`."
            ),
            Field(
                .groups,
                .node,
                doc:
                    "Groups that the services need. Missing groups are created with a name only; existing groups are never changed or "
                    + "deleted."
            ),
            Field(
                .scopeMappings,
                .node,
                doc:
                    "Your own scope mappings, to be used in `scopes`. They are created and kept as declared, and with `prune` deleted once "
                    + "they are no longer declared and no provider uses them."
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
            doc: "The host of the service: a host name or IP address, without scheme and port."
        ),
        Field(.scheme, .choice(Origin.schemes), unlessGiven: "the file's", doc: "The scheme of the service's origin."),
        Field(
            .port,
            .number(1...65535, example: 8443),
            unlessGiven: "the scheme's default port",
            doc: "The port of the service's origin. The origin is also the default of `launchURL`."
        ),
        Field(
            .redirectPath,
            .text(.redirectPath),
            isForProvider: true,
            doc:
                "The path below the origin that logins return to, as in `/login/callback`. A service with a redirect path or URI gets "
                + "an OAuth2 provider; one without is a bookmark or has `forwardAuth`."
        ),
        Field(
            .redirectPaths,
            .texts(.redirectPath),
            isForProvider: true,
            doc: "More redirect paths, in addition to `redirectPath`."
        ),
    ]

    private static let ofProvider =
        OAuth2Provider.fields.inReadingOrder.filter { $0.outer == nil }.map { Field($0, isForProvider: true) } + [
            Field(
                .jwtFederation,
                .federation,
                isForProvider: true,
                unlessGiven: "left as it is",
                doc: "Other providers and OAuth sources whose tokens the provider accepts."
            )
        ]

    private static let ofService: [Field] = [
        Field(
            .forwardAuth,
            .forwardAuth,
            unlessGiven: "none",
            doc:
                "For services without a login of their own: an Authentik outpost logs users in before they reach the service. Cannot be "
                + "combined with a redirect path or URI."
        ),
        Field(
            .access,
            .access,
            unlessGiven: "not managed",
            doc:
                "Who may open the service: `everyone`, or lists of groups, users and policies. In Authentik, an application without "
                + "bindings is open to everyone. Removing `access` from the file does not open a service; only `everyone` does."
        ),
        Field(
            .adopt,
            .choice(AdoptionPolicy.words),
            standard: "always",
            doc:
                "When an existing application without an ownership mark is taken over: `always`, and changed to match the file; "
                + "`matching`, only if nothing about it would change; `never`, except to finish an interrupted create."
        ),
        Field(
            .state,
            .choice(ServiceState.words),
            isDefaultable: false,
            standard: "present",
            doc:
                "Whether the service should exist. An `absent` service is deleted if it is owned, even without `prune`."
        ),
        Field(
            .renamedFrom,
            .texts(.slug),
            isDefaultable: false,
            doc: "Former slugs of the service. An application with one of them is renamed in place."
        ),
        Field(
            .verify,
            .flag,
            standard: true,
            doc:
                "Whether `reconcile verify` and the daemon probe the login, without logging in. Probes go to Authentik and, with "
                + "`forwardAuth`, to the service's address, which must be reachable from here."
        ),
        Field(
            .loginURL,
            .text(.loginURL),
            isForProvider: true,
            isDefaultable: false,
            doc:
                "The target of the service's own login button: a path below its origin or a URL, as in `/login/generic_oauth`. Probes "
                + "follow it and expect a redirect to Authentik with this client id and redirect URI."
        ),
        Field(
            .restart,
            .workload,
            isForProvider: true,
            isDefaultable: false,
            doc:
                "The Kubernetes workload to restart after the client secret was rotated. Needs a `secretRef` to a Kubernetes Secret."
        ),
        Field(
            .publish,
            .publication,
            isForProvider: true,
            isDefaultable: false,
            doc: "Publishes the provider's settings, such as issuer and client id, as keys of a ConfigMap or Secret."
        ),
    ]

    /// The mappings that a misplaced field is searched in; without `publishedText`, whose `value` and `template` are common words.
    ///
    /// The likelier place of a field comes first: `groups` in a service belongs in `access`.
    static let all = [
        access, file, service, forwardAuth, basicAuth, secretReference, kubernetesSecret, workload, publication,
        federation, redirectURI, group, scopeMapping, scope,
    ]

    /// The field with one of Authentik's attribute names, and the mapping that has it.
    static func field(withAttribute name: String) -> (Field, Schema)? {
        all.lazy.compactMap { schema in
            let field = schema.fields.first { $0.attribute.map { Suggestion.isSame($0, name) } ?? false }
            return field.map { ($0, schema) }
        }.first
    }
}

extension CaseIterable where Self: RawRepresentable<String> {
    /// The cases as the file spells them.
    static var words: [String] { allCases.map(\.rawValue) }
}
