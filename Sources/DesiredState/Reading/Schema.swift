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

    init(_ place: String, mayHoldSecret: Bool = false, _ fields: [Field]) {
        self.place = place
        self.mayHoldSecret = mayHoldSecret
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
}

/// One row of a ``Schema``: a field, what it holds and whom it concerns.
struct Field: Sendable {
    /// What a field holds, and so how it is read.
    enum Kind: Sendable {
        case text(TextRule)
        /// One of some fixed words.
        case choice([String])
        case flag
        /// A whole number in a range, with an example of one.
        case number(ClosedRange<Int>, example: Int)
        case texts(TextRule)
        case choices([String])
        case redirectURIs
        case secretReference
        /// A key of a Kubernetes Secret.
        case kubernetesSecret
        /// What runs a service in Kubernetes.
        case workload
        /// What is published in Kubernetes.
        case publication
        /// Read by the code that knows the mapping.
        case node
        /// Part of the format, and of a later version of this program.
        case notYet
    }

    let name: FieldName
    let kind: Kind
    /// Whether it describes the OAuth2 provider, which a bookmark does not have.
    let isForProvider: Bool
    /// Whether `defaults` may hold it; what tells one service from another may not be shared.
    let isDefaultable: Bool

    init(_ name: FieldName, _ kind: Kind, isForProvider: Bool = false, isDefaultable: Bool = true) {
        self.name = name
        self.kind = kind
        self.isForProvider = isForProvider
        self.isDefaultable = isDefaultable
    }

    static func provider(_ name: FieldName, _ kind: Kind, isDefaultable: Bool = true) -> Field {
        Field(name, kind, isForProvider: true, isDefaultable: isDefaultable)
    }

    /// A field of the service that is one of Authentik's.
    init(_ row: FieldSpec, isForProvider: Bool = false) {
        self.init(row.name, Kind(row.kind), isForProvider: isForProvider, isDefaultable: row.isDefaultable)
    }
}

extension Field.Kind {
    /// How a value of Authentik's stands in the file.
    init(_ kind: ValueKind) {
        self =
            switch kind {
            case .text(let rule): .text(rule)
            case .choice(let words): .choice(words)
            case .flag: .flag
            case .duration: .text(.duration)
            case .words(let words): .choices(words)
            case .secret: .secretReference
            case .redirectURIs: .redirectURIs
            case .reference(let referent): .text(referent.rule)
            case .references(let referent): .texts(referent.rule)
            }
    }
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
    // A service; host and scheme too.
    static let slug = Application.Row.slug.name
    static let name = Application.Row.name.name
    static let launchURL = Application.Row.launchURL.name
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
    // A redirect URI.
    static let url: FieldName = "url"
    static let matching: FieldName = "matching"

    /// The field that names a workload of a kind.
    init(_ kind: Workload.Kind) {
        self.init(rawValue: kind.rawValue)
    }
}

extension Schema {
    static let file = Schema(
        "at the top of the file",
        [
            Field(.apiVersion, .choice(["reconcile/v1"])),
            Field(.owner, .text(.owner)),
            Field(.host, .text(.host)),
            Field(.scheme, .choice(Origin.schemes)),
            Field(.defaults, .node),
            Field(.services, .node),
            Field(.prune, .flag),
            Field(.maxDeletions, .number(0...100_000, example: 3)),
            Field(.publicURL, .text(.publicURL)),
            Field(.groups, .node),
        ]
    )

    static let service = Schema("in a service or in defaults", ofApplication + ofOrigin + ofProvider + ofService)

    private static let ofApplication = Application.fields.inReadingOrder.map { Field($0) }

    private static let ofOrigin: [Field] = [
        Field(.host, .text(.host)),
        Field(.scheme, .choice(Origin.schemes)),
        Field(.port, .number(1...65535, example: 8443)),
        .provider(.redirectPath, .text(.redirectPath)),
        .provider(.redirectPaths, .texts(.redirectPath)),
    ]

    private static let ofProvider = OAuth2Provider.fields.inReadingOrder.map { Field($0, isForProvider: true) }

    private static let ofService: [Field] = [
        Field("access", .notYet),
        Field(.adopt, .choice(AdoptionPolicy.words)),
        Field(.state, .choice(ServiceState.words), isDefaultable: false),
        Field(.renamedFrom, .texts(.slug), isDefaultable: false),
        .provider(.restart, .workload, isDefaultable: false),
        .provider(.publish, .publication, isDefaultable: false),
    ]

    static let secretReference = Schema(
        "in secretRef",
        mayHoldSecret: true,
        [
            Field(.env, .text(.environmentVariable)),
            Field(.file, .text(.line)),
            Field(.kubernetes, .kubernetesSecret),
        ]
    )

    static let kubernetesSecret = Schema(
        "in kubernetes",
        mayHoldSecret: true,
        [
            Field(.namespace, .text(.kubernetesNamespace)),
            Field(.name, .text(.kubernetesName(of: "a Secret"))),
            Field(.key, .text(.kubernetesKey)),
        ]
    )

    static let workload = Schema(
        "in restart",
        Workload.Kind.allCases.map { Field(FieldName($0), .text(.kubernetesName(of: "a \($0.rawValue)"))) }
            + [Field(.namespace, .text(.kubernetesNamespace))]
    )

    static let publication = Schema(
        "in publish",
        [
            Field(.namespace, .text(.kubernetesNamespace)),
            Field(.name, .text(.kubernetesName(of: "an object"))),
            Field(.kind, .choice(PublishedObjectName.Kind.words)),
            Field(.keySet, .choice(PublishedKeySet.words)),
            Field(.keys, .node),
        ]
    )

    static let redirectURI = Schema(
        "in an entry of redirectURIs",
        [
            Field(.url, .text(.line)),
            Field(.matching, .choice(RedirectURI.Matching.words)),
        ]
    )

    static let group = Schema("in an entry of groups", Group.fields.inReadingOrder.map { Field($0) })

    static let all = [file, service, secretReference, kubernetesSecret, workload, publication, redirectURI, group]
}

extension CaseIterable where Self: RawRepresentable<String> {
    /// The words that stand for the cases in the file.
    fileprivate static var words: [String] { allCases.map(\.rawValue) }
}
