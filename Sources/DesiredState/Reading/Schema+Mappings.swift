import JSON
import Kinds

/// The mappings within a service or beside the services.
extension Schema {
    static let secretReference = Schema(
        "in secretRef",
        mayHoldSecret: true,
        otherNames: .ofSecretReference,
        [
            Field(.env, .text(.environmentVariable), doc: "An environment variable of this program."),
            Field(.file, .text(.line), doc: "The path of a file; a line break at its end is no part of the secret."),
            Field(.kubernetes, .kubernetesSecret, doc: "A key of a Secret in Kubernetes."),
        ]
    )

    static let kubernetesSecret = Schema(
        "in kubernetes",
        mayHoldSecret: true,
        [
            Field(.namespace, .text(.kubernetesNamespace), isRequired: true, doc: "The namespace of the Secret."),
            Field(.name, .text(.kubernetesName(of: "a Secret")), isRequired: true, doc: "The name of the Secret."),
            Field(
                .key,
                .text(.kubernetesKey),
                isRequired: true,
                doc: "The key of its data that holds the client secret."
            ),
        ]
    )

    static let workload = Schema(
        "in restart",
        Workload.Kind.allCases.map { kind in
            Field(
                FieldName(kind),
                .text(.kubernetesName(of: "a \(kind.rawValue)")),
                doc: "The name of a \(kind.rawValue) to restart."
            )
        } + [
            Field(
                .namespace,
                .text(.kubernetesNamespace),
                unlessGiven: "that of the Secret",
                doc: "The namespace of the workload."
            )
        ]
    )

    static let publication = Schema(
        "in publish",
        [
            Field(.namespace, .text(.kubernetesNamespace), isRequired: true, doc: "The namespace of the object."),
            Field(.name, .text(.kubernetesName(of: "an object")), isRequired: true, doc: "The name of the object."),
            Field(
                .kind,
                .choice(PublishedObjectName.Kind.words),
                unlessGiven:
                    "`Secret` if the client secret is in one of the keys, or Argo CD reads it; else `ConfigMap`",
                doc: "The kind of the object. The client secret is published in a Secret only."
            ),
            Field(
                .keySet,
                .node,
                doc:
                    "Keys as some services want them, of one set or of several. A publication has a key set, or keys, or both."
            ),
            Field(
                .keys,
                .node,
                doc:
                    "Keys by name, over those of the sets, and what each gets: a value by its name, a constant or a template."
            ),
        ]
    )

    static let publishedText = Schema(
        "in a key of publish",
        [
            Field(.value, .node, doc: "A constant, to the letter: `{value: \"true\"}`."),
            Field(
                .template,
                .node,
                doc:
                    "A text with the names of values in braces: `{template: \"{authentikURL}/if/flow/?client={clientID}\"}`. A brace "
                    + "that is meant as one is written twice."
            ),
        ]
    )

    static let access = Schema(
        "in access",
        otherNames: .ofAccess,
        [
            Field(
                FieldName(.group),
                .texts(.groupName),
                doc:
                    "Groups whose members may open it. Those that are missing are made only if groups at the top of the file "
                    + "names them."
            ),
            Field(FieldName(.user), .texts(.userName), doc: "Users who may open it, by username."),
            Field(
                FieldName(.policy),
                .texts(.policyName),
                doc: "Policies that decide who may open it, of any type and as they are in Authentik."
            ),
            Field(
                .mode,
                .choice(AccessMode.words),
                standard: .string(AccessMode.any.rawValue),
                doc:
                    "Whether one group, user or policy of the lists is enough to be let in (any), or it takes every one of "
                    + "them (all)."
            ),
            Field(
                .exclusive,
                .flag,
                standard: false,
                doc:
                    "Whether bindings that others made are removed, too. Without it they stay, count as they do, and are named "
                    + "in the plan."
            ),
        ]
    )

    static let forwardAuth = Schema(
        "in forwardAuth",
        otherNames: .ofForwardAuth,
        [
            Field(
                .mode,
                .choice(ForwardAuthMode.words),
                standard: .string(ForwardAuthMode.single.rawValue),
                doc: ProxyProvider.Row.mode.doc
            ),
            Field(
                .outpost,
                .text(.line),
                standard: .string(Outpost.embedded),
                doc: "The name of the outpost that serves it; embedded is the one within Authentik."
            ),
        ]
            + ProxyProvider.fields.rows.compactMap { row in
                switch row.name {
                case .basicAuth:
                    Field(.basicAuth, .basicAuth, unlessGiven: "left as it is; none when new or dropped", doc: row.doc)
                default: ReadForwardAuth.plainRows.contains { $0.name == row.name } ? Field(row) : nil
                }
            }
    )

    static let basicAuth = Schema(
        "in basicAuth",
        [ProxyProvider.Row.basicAuthUser, ProxyProvider.Row.basicAuthPassword].map { row in
            Field(row.name, .text(.line), isRequired: true, doc: row.doc)
        }
    )

    static let redirectURI = Schema(
        "in an entry of redirectURIs",
        otherNames: .ofRedirectURI,
        [
            Field(.url, .text(.line), isRequired: true, doc: "The whole URL, or a pattern of Python's re."),
            Field(
                .matching,
                .choice(RedirectURI.Matching.words),
                standard: "strict",
                doc: "Whether it is compared as it is (strict), or is a pattern that must match the whole URI (regex)."
            ),
            Field(
                .example,
                .text(.strictRedirectURI),
                unlessGiven: "the pattern is not probed",
                doc:
                    "Of a pattern: a URI that it matches, with which probes try a login where no redirect URI is strict. Authentik "
                    + "does not get it, and a change to it changes nothing there."
            ),
        ]
    )

    static let federation = Schema(
        "in jwtFederation",
        OAuth2Provider.fields.inReadingOrder.filter { $0.outer == .jwtFederation }.map { Field($0) }
    )

    static let group = Schema("in an entry of groups", Group.fields.inReadingOrder.map { Field($0, isRequired: true) })

    static let scopeMapping = Schema(
        "in an entry of scopeMappings",
        ScopeMapping.fields.inReadingOrder.map { row in
            Field(row, isRequired: row.name != ScopeMapping.Row.description.name)
        } + [
            Field(
                .adopt,
                .choice(AdoptionPolicy.words),
                unlessGiven: "that of `defaults`, or `always`",
                doc:
                    "What becomes of a mapping of that name that is there without this owner's mark: it is brought in line "
                    + "(always), taken over if nothing of it would change (matching), or a conflict (never)."
            )
        ]
    )

    static let scope = Schema(
        "in an entry of scopes",
        [
            Field(
                .mapping,
                .text(.line),
                isRequired: true,
                doc:
                    "The name of a scope mapping, of the file or of Authentik's, where a scope name would mean another."
            )
        ]
    )
}
