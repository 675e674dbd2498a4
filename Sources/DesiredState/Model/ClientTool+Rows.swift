extension ClientTool {
    /// In the order in which people are told of them; those that were there first, first.
    package static let all = [
        grafana, argocd, generic, openWebUI, gitea("gitea", "Gitea"), gitea("forgejo", "Forgejo"), vault, minio,
        nextcloud, outline, immich, proxmox, portainer,
    ]

    /// The API URL has no slash at its end: Grafana asks for `…/emails` below it, and with one that is `//emails`.
    private static let grafana = ClientTool(
        name: "grafana",
        title: "Grafana",
        documentation:
            "https://grafana.com/docs/grafana/latest/setup-grafana/configure-security/configure-authentication/generic-oauth/",
        keys: [
            "GF_AUTH_GENERIC_OAUTH_CLIENT_ID": .value(.clientID),
            "GF_AUTH_GENERIC_OAUTH_SCOPES": .value(.scopes),
            "GF_AUTH_GENERIC_OAUTH_AUTH_URL": .value(.authorizationURL),
            "GF_AUTH_GENERIC_OAUTH_TOKEN_URL": .value(.tokenURL),
            "GF_AUTH_GENERIC_OAUTH_API_URL": .template("{authentikURL}/application/o/userinfo"),
            "GF_AUTH_SIGNOUT_REDIRECT_URL": .value(.endSessionURL),
        ],
        form: .environment(also: [
            "GF_AUTH_GENERIC_OAUTH_ENABLED": "true", "GF_AUTH_GENERIC_OAUTH_NAME": "authentik",
        ]),
        secretSetting: "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET",
        callback: "/login/generic_oauth",
        hints: [
            "Grafana makes its redirect URI of GF_SERVER_ROOT_URL.",
            "Everybody who may log in is a Viewer until GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_PATH says otherwise.",
        ]
    )

    /// It looks only into Secrets that carry its label: `$NAME:KEY` in `oidc.config`.
    private static let argocd = ClientTool(
        name: "argocd",
        title: "Argo CD",
        documentation: "https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/",
        keys: ["oidc.issuer": .value(.issuer), "oidc.clientID": .value(.clientID)],
        labels: ["app.kubernetes.io/part-of": "argocd"],
        kind: .secret,
        form: .file(
            .template(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: argocd-cm
                  namespace: argocd
                  labels:
                    app.kubernetes.io/part-of: argocd
                data:
                  oidc.config: |
                    name: authentik
                    issuer: {issuer}
                    clientID: {clientID}
                    clientSecret: {clientSecret}
                    requestedScopes: ["openid", "profile", "email"]
                ---
                # Who has logged in sees nothing until a rule says so: who is in which group comes in the claim 'groups',
                # which Authentik's scope 'profile' brings. Put the group's name for 'argocd-admins'.
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: argocd-rbac-cm
                  namespace: argocd
                  labels:
                    app.kubernetes.io/part-of: argocd
                data:
                  scopes: '[groups]'
                  policy.csv: |
                    g, argocd-admins, role:admin
                """,
                quoting: .json
            ),
            refersToSecrets: true
        ),
        secretSetting: "clientSecret",
        callback: "/auth/callback",
        hints: [
            "'url' in argocd-cm has to be the address of Argo CD, which makes its redirect URI of it.",
            "Merge the two into what is there: 'kubectl patch configmap … --type merge --patch-file FILE'.",
        ]
    )

    /// No tool in mind.
    private static let generic = ClientTool(
        name: "generic",
        title: "Any client",
        documentation: "https://openid.net/specs/openid-connect-discovery-1_0.html",
        keys: [
            "OIDC_CLIENT_ID": .value(.clientID), "OIDC_ISSUER": .value(.issuer),
            "OIDC_AUTHORIZATION_URL": .value(.authorizationURL), "OIDC_TOKEN_URL": .value(.tokenURL),
            "OIDC_USERINFO_URL": .value(.userInfoURL), "OIDC_END_SESSION_URL": .value(.endSessionURL),
            "OIDC_JWKS_URL": .value(.jwksURL), "OIDC_CONFIGURATION_URL": .value(.configurationURL),
            "OIDC_REDIRECT_URI": .value(.redirectURI), "OIDC_SCOPES": .value(.scopes),
        ],
        secretSetting: "OIDC_CLIENT_SECRET"
    )

    /// Without `ENABLE_OAUTH_PERSISTENT_CONFIG=false` what it was told first stays in its database.
    private static let openWebUI = ClientTool(
        name: "open-webui",
        title: "Open WebUI",
        documentation: "https://docs.openwebui.com/getting-started/env-configuration/",
        keys: [
            "OAUTH_CLIENT_ID": .value(.clientID), "OPENID_PROVIDER_URL": .value(.configurationURL),
            "OPENID_REDIRECT_URI": .value(.redirectURI), "OAUTH_SCOPES": .value(.scopes),
            "OAUTH_PROVIDER_NAME": .constant("authentik"), "ENABLE_OAUTH_SIGNUP": .constant("true"),
            "ENABLE_OAUTH_PERSISTENT_CONFIG": .constant("false"),
        ],
        secretSetting: "OAUTH_CLIENT_SECRET",
        callback: "/oauth/oidc/callback",
        hints: ["WEBUI_URL has to be its address."]
    )

    /// Both keep logins in their database; their Helm charts take client id and secret from one Secret
    /// (`gitea.oauth[].existingSecret`, https://gitea.com/gitea/helm-gitea#oauth2-settings), with these keys.
    private static func gitea(_ name: String, _ title: String) -> ClientTool {
        ClientTool(
            name: name,
            title: title,
            documentation: name == "gitea"
                ? "https://docs.gitea.com/administration/command-line"
                : "https://forgejo.org/docs/latest/admin/command-line/",
            keys: ["key": .value(.clientID), "secret": .value(.clientSecret)],
            form: .commands(
                .template(
                    """
                    \(name) admin auth add-oauth \\
                        --name authentik \\
                        --provider openidConnect \\
                        --key {clientID} \\
                        --secret {clientSecret} \\
                        --auto-discover-url {configurationURL} \\
                        --scopes {scopes}
                    """,
                    quoting: .shell
                )
            ),
            secretSetting: "--secret",
            callback: "/user/oauth2/authentik/callback",
            hints: [
                "In its Helm chart 'gitea.oauth' says the same, with the Secret of 'publish' as 'existingSecret'.",
                "Where the login is there already: 'admin auth list', and 'admin auth update-oauth --id ID'.",
            ]
        )
    }

    /// The parameters of `auth/oidc/config`, each of which `vault write` reads from a file: `oidc_client_id=@FILE`.
    private static let vault = ClientTool(
        name: "vault",
        title: "Vault",
        documentation: "https://developer.hashicorp.com/vault/api-docs/auth/jwt",
        keys: ["oidc_discovery_url": .value(.issuer), "oidc_client_id": .value(.clientID)],
        form: .commands(
            .template(
                """
                vault auth enable oidc    # once
                vault write auth/oidc/config \\
                    oidc_discovery_url={issuer} \\
                    oidc_client_id={clientID} \\
                    oidc_client_secret={clientSecret} \\
                    default_role=reader
                vault write auth/oidc/role/reader \\
                    bound_audiences={clientID} \\
                    allowed_redirect_uris={redirectURI} \\
                    user_claim=sub \\
                    token_policies=default
                """,
                quoting: .shell
            )
        ),
        secretSetting: "oidc_client_secret",
        callback: "/ui/vault/auth/oidc/oidc/callback",
        hints: [
            "'vault login -method=oidc' returns to 'http://localhost:8250/oidc/callback': declare that redirect URI, too, and "
                + "allow it in the role."
        ]
    )

    /// Scopes are left to what the discovery document has, which is the provider's: MinIO's own list has commas.
    private static let minio = ClientTool(
        name: "minio",
        title: "MinIO",
        documentation:
            "https://min.io/docs/minio/linux/reference/minio-server/settings/iam/openid.html",
        keys: [
            "MINIO_IDENTITY_OPENID_CONFIG_URL": .value(.configurationURL),
            "MINIO_IDENTITY_OPENID_CLIENT_ID": .value(.clientID),
            "MINIO_IDENTITY_OPENID_DISPLAY_NAME": .constant("authentik"),
        ],
        secretSetting: "MINIO_IDENTITY_OPENID_CLIENT_SECRET",
        callback: "/oauth_callback",
        hints: [
            "MinIO lets in only who has a claim 'policy' that names one of its policies: a scope mapping of one's own brings "
                + "it. MINIO_IDENTITY_OPENID_ROLE_POLICY gives everybody one, instead."
        ]
    )

    /// `user_oidc` keeps providers in Nextcloud's database; the keys are the options of its command.
    private static let nextcloud = ClientTool(
        name: "nextcloud",
        title: "Nextcloud (user_oidc)",
        documentation: "https://github.com/nextcloud/user_oidc",
        keys: [
            "clientid": .value(.clientID), "discoveryuri": .value(.configurationURL), "scope": .value(.scopes),
            "endsessionendpointuri": .value(.endSessionURL),
        ],
        form: .commands(
            .template(
                """
                php occ app:enable user_oidc
                php occ user_oidc:provider authentik \\
                    --clientid={clientID} \\
                    --clientsecret={clientSecret} \\
                    --discoveryuri={configurationURL} \\
                    --endsessionendpointuri={endSessionURL} \\
                    --scope={scopes}
                """,
                quoting: .shell
            )
        ),
        secretSetting: "--clientsecret",
        callback: "/apps/user_oidc/code",
        hints: ["A user's id is a hash unless '--unique-uid=0' is given, before anybody has logged in."]
    )

    private static let outline = ClientTool(
        name: "outline",
        title: "Outline",
        documentation: "https://docs.getoutline.com/s/hosting/doc/oidc-8CPBm6uC0I",
        keys: [
            "OIDC_CLIENT_ID": .value(.clientID), "OIDC_AUTH_URI": .value(.authorizationURL),
            "OIDC_TOKEN_URI": .value(.tokenURL), "OIDC_USERINFO_URI": .value(.userInfoURL),
            "OIDC_LOGOUT_URI": .value(.endSessionURL), "OIDC_SCOPES": .value(.scopes),
            "OIDC_USERNAME_CLAIM": .constant("preferred_username"), "OIDC_DISPLAY_NAME": .constant("authentik"),
        ],
        secretSetting: "OIDC_CLIENT_SECRET",
        callback: "/auth/oidc.callback",
        hints: ["URL has to be its address."]
    )

    /// It reads one file (`IMMICH_CONFIG_FILE`), JSON or YAML, in which nothing refers to elsewhere: the secret is in it.
    private static let immich = ClientTool(
        name: "immich",
        title: "Immich",
        documentation: "https://immich.app/docs/install/config-file",
        keys: [
            "immich.json": .template(
                """
                {{"oauth": {{"enabled": true, "issuerUrl": {issuer}, "clientId": {clientID}, \
                "clientSecret": {clientSecret}, "scope": {scopes}, "buttonText": "Log in with authentik"}}}}
                """,
                quoting: .json
            )
        ],
        form: .file(
            .template(
                """
                oauth:
                  enabled: true
                  issuerUrl: {issuer}
                  clientId: {clientID}
                  clientSecret: {clientSecret}
                  scope: {scopes}
                  buttonText: Log in with authentik
                """,
                quoting: .json
            )
        ),
        secretSetting: "clientSecret",
        callback: "/auth/login",
        hints: [
            "With IMMICH_CONFIG_FILE nothing can be set on Immich's own pages any more.",
            "The mobile app returns to 'app.immich:///oauth-callback': declare that redirect URI, too.",
        ]
    )

    /// A realm is in `/etc/pve/domains.cfg`, which nothing in Kubernetes reaches; the keys are the options of its command.
    private static let proxmox = ClientTool(
        name: "proxmox",
        title: "Proxmox VE",
        documentation: "https://pve.proxmox.com/pve-docs/chapter-pveum.html",
        keys: [
            "issuer-url": .value(.issuer), "client-id": .value(.clientID), "scopes": .value(.scopes),
            "username-claim": .constant("username"),
        ],
        form: .commands(
            .template(
                """
                pveum realm add authentik --type openid \\
                    --issuer-url {issuer} \\
                    --client-id {clientID} \\
                    --client-key {clientSecret} \\
                    --scopes {scopes} \\
                    --username-claim username \\
                    --autocreate 1
                """,
                quoting: .shell
            )
        ),
        secretSetting: "--client-key",
        hints: [
            "It returns to its own address, with the port and without a path: 'https://pve.example.net:8006'.",
            "A user that is new has no rights: 'pveum acl modify / --users NAME@authentik --roles PVEAuditor'.",
        ]
    )

    /// Only its pages and its API know the settings: the one key is the body of `PUT /api/settings`, secret included.
    private static let portainer = ClientTool(
        name: "portainer",
        title: "Portainer",
        documentation: "https://docs.portainer.io/admin/settings/authentication/oauth",
        keys: ["settings.json": .template(portainerSettings, quoting: .json)],
        form: .commands(
            .template(
                """
                curl --fail --request PUT "$PORTAINER_URL/api/settings" \\
                    --header "X-API-Key: $PORTAINER_API_KEY" \\
                    --header "Content-Type: application/json" \\
                    --data '\(portainerSettings)'
                """,
                quoting: .jsonInShell
            )
        ),
        secretSetting: "ClientSecret",
        hints: [
            "It returns to its own address, without a path.",
            "A user that is new gets into no team: Portainer's page says which, under 'Automatic team membership'.",
        ]
    )

    private static let portainerSettings = """
        {{"AuthenticationMethod": 3, "OAuthSettings": {{"ClientID": {clientID}, "ClientSecret": {clientSecret}, \
        "AuthorizationURI": {authorizationURL}, "AccessTokenURI": {tokenURL}, "ResourceURI": {userInfoURL}, \
        "RedirectURI": {redirectURI}, "LogoutURI": {endSessionURL}, "UserIdentifier": "preferred_username", \
        "Scopes": {scopes}, "OAuthAutoCreateUsers": true}}}}
        """
}
