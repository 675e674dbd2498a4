import Kinds

/// The fields that a mapping of the file may have: the one place that lists them.
struct Schema: Sendable {
    let fields: [Field]
    /// How the mapping is called where one of its fields turns up elsewhere: `in a service`.
    let place: String
    /// Whether somebody may have written a secret into it, so that nothing of it may be repeated.
    let mayHoldSecret: Bool

    private let byName: [String: Field]

    init(_ place: String, mayHoldSecret: Bool = false, _ fields: [Field]) {
        self.place = place
        self.mayHoldSecret = mayHoldSecret
        self.fields = fields
        byName = Dictionary(fields.map { ($0.name.rawValue, $0) }) { first, _ in first }
    }

    /// What to use where an unknown field may be a secret, and nothing can be guessed.
    var hintForUnknown: String? {
        guard mayHoldSecret else { return nil }
        let names = fields.map { "'\($0.name.rawValue)'" }.joined(separator: ", ")
        return "a secret is referenced by \(fields.contains { $0.name == .env } ? "one of " : "")\(names)"
    }

    subscript(name: String) -> Field? { byName[name] }
    subscript(name: FieldName) -> Field? { byName[name.rawValue] }
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
        ]
    )

    static let service = Schema(
        "in a service or in defaults",
        [
            Field(.slug, .text(.slug), isDefaultable: false),
            Field(.name, .text(.line), isDefaultable: false),
            Field(.group, .text(.lineOrEmpty)),
            Field(.description, .text(.lines)),
            Field(.publisher, .text(.lineOrEmpty)),
            Field(.icon, .text(.icon)),
            Field(.launchURL, .text(.launchURL)),
            Field(.openInNewTab, .flag),
            Field(.host, .text(.host)),
            Field(.scheme, .choice(Origin.schemes)),
            Field(.port, .number(1...65535, example: 8443)),
            .provider(.redirectPath, .text(.redirectPath)),
            .provider(.redirectPaths, .texts(.redirectPath)),
            .provider(.redirectURIs, .redirectURIs),
            .provider(.providerName, .text(.line), isDefaultable: false),
            .provider(.clientID, .text(.clientID), isDefaultable: false),
            .provider(.clientType, .choice(ClientType.words)),
            .provider(.secretRef, .secretReference),
            .provider(.scopes, .texts(.scope)),
            .provider(.signingKey, .text(.line)),
            .provider(.encryptionKey, .text(.line)),
            .provider(.authorizationFlow, .text(.flow)),
            .provider(.invalidationFlow, .text(.flow)),
            .provider(.authenticationFlow, .text(.flow)),
            .provider(.accessCodeValidity, .text(.duration)),
            .provider(.accessTokenValidity, .text(.duration)),
            .provider(.refreshTokenValidity, .text(.duration)),
            .provider(.subjectMode, .choice(SubjectMode.words)),
            .provider(.issuerMode, .choice(IssuerMode.words)),
            .provider(.includeClaimsInIDToken, .flag),
            .provider(.logoutURI, .text(.logoutURI)),
            .provider(.logoutMethod, .choice(LogoutMethod.words)),
            .provider(.grantTypes, .choices(GrantType.words)),
            Field(.access, .notYet),
            Field(.adopt, .choice(AdoptionPolicy.words)),
            Field(.state, .choice(ServiceState.words), isDefaultable: false),
            Field(.renamedFrom, .texts(.slug), isDefaultable: false),
            .provider(.restart, .workload, isDefaultable: false),
            .provider(.publish, .publication, isDefaultable: false),
        ]
    )

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

    static let all = [file, service, secretReference, kubernetesSecret, workload, publication, redirectURI]
}

extension CaseIterable where Self: RawRepresentable<String> {
    /// The words that stand for the cases in the file.
    fileprivate static var words: [String] { allCases.map(\.rawValue) }
}
