import JSON
import Kinds

/// The mappings within services, and those of groups and scope mappings.
extension Schema {
    static let secretReference = Schema(
        "in secretRef",
        mayHoldSecret: true,
        otherNames: .ofSecretReference,
        [
            Field(
                .env,
                .text(.environmentVariable),
                doc: "The name of an environment variable of reconcile that holds the secret, as in `GRAFANA_SECRET`."
            ),
            Field(
                .file,
                .text(.line),
                doc:
                    "The path of a file that holds the secret, as in `/run/secrets/grafana`. A line break at its end is ignored."
            ),
            Field(.kubernetes, .kubernetesSecret, doc: "A key of a Kubernetes Secret."),
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
                doc: "The key in its data that holds the client secret."
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
                    "`Secret` if a key contains the client secret or Argo CD reads the object; otherwise `ConfigMap`",
                doc: "The kind of the object. The client secret is only published in a Secret."
            ),
            Field(
                .keySet,
                .node,
                doc:
                    "One or more predefined sets of keys, named after the tool that reads them. `keySet`, `keys` or both are required."
            ),
            Field(
                .keys,
                .node,
                doc:
                    "Keys and their values, which override those of `keySet`: the name of a value, a constant or a template."
            ),
        ]
    )

    static let publishedText = Schema(
        "in a key of publish",
        [
            Field(.value, .node, doc: "A constant, as in `{value: \"true\"}`."),
            Field(
                .template,
                .node,
                doc:
                    "Text with the names of values in braces: `{template: \"{authentikURL}/if/flow/?client={clientID}\"}`. A literal brace "
                    + "is written twice."
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
                    "Groups whose members may open the service. Missing groups are only created if they are in `groups` at the top of "
                    + "the file."
            ),
            Field(FieldName(.user), .texts(.userName), doc: "Usernames of users who may open the service."),
            Field(
                FieldName(.policy),
                .texts(.policyName),
                doc: "Names of policies in Authentik, of any type, that decide who may open the service."
            ),
            Field(
                .mode,
                .choice(AccessMode.words),
                standard: .string(AccessMode.any.rawValue),
                doc:
                    "Whether a user must match `any` or `all` of the groups, users and policies."
            ),
            Field(
                .exclusive,
                .flag,
                standard: false,
                doc:
                    "Whether to remove bindings that were made by others. If false, they stay in effect and are listed in the plan."
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
                doc: "The name of the outpost that serves it; `embedded` is Authentik's embedded outpost."
            ),
        ]
            + ProxyProvider.fields.rows.compactMap { row in
                switch row.name {
                case .basicAuth:
                    Field(
                        .basicAuth,
                        .basicAuth,
                        unlessGiven: "left as it is; none when new or removed",
                        doc: row.doc
                    )
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
            Field(.url, .text(.line), isRequired: true, doc: "The whole URL, or a Python regular expression."),
            Field(
                .matching,
                .choice(RedirectURI.Matching.words),
                standard: "strict",
                doc: "`strict` compares the URL exactly; with `regex` it is a pattern that must match the whole URI."
            ),
            Field(
                .example,
                .text(.strictRedirectURI),
                unlessGiven: "the pattern is not probed",
                doc:
                    "A URI that the pattern matches, used to probe the login of a service without a strict redirect URI. It is not sent "
                    + "to Authentik."
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
                    "When an existing mapping of that name without an ownership mark is taken over: `always`, and changed to match the "
                    + "file; `matching`, only if nothing about it would change; `never`, which is reported as a conflict."
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
                    "The name of a scope mapping, of this file or of Authentik, for when the scope name would select another one."
            )
        ]
    )
}
