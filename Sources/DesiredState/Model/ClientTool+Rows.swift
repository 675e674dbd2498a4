extension ClientTool {
    /// In the order in which people read about them.
    package static let all = [
        grafana, argocd, generic, openWebUI, gitea("gitea", "Gitea"), gitea("forgejo", "Forgejo"), vault, minio,
        nextcloud, outline, immich, proxmox, portainer,
    ]

    /// The API URL has no slash at its end, because Grafana appends `/emails`.
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
            "Grafana derives its redirect URI from GF_SERVER_ROOT_URL.",
            "Every user is a Viewer unless GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_PATH is set.",
        ]
    )

    /// Argo CD reads only Secrets with its label: `$NAME:KEY` in `oidc.config`.
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
                # Users see nothing until a rule grants it. The claim 'groups', which Authentik adds for the scope 'profile',
                # has the names of a user's groups. Replace 'argocd-admins' with the name of your group.
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
            "'url' in argocd-cm must be the address of Argo CD, which derives its redirect URI from it.",
            "Merge both into the existing ConfigMaps: 'kubectl patch configmap … --type merge --patch-file FILE'.",
        ]
    )

    /// For any other client.
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

    /// Without `ENABLE_OAUTH_PERSISTENT_CONFIG=false`, the first settings stay in its database.
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
        hints: ["WEBUI_URL must be the address of Open WebUI."]
    )

    /// Both store logins in their database; their Helm charts take client id and secret from one Secret
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
                "In its Helm chart, set 'gitea.oauth' instead, with the Secret of 'publish' as 'existingSecret'.",
                "To change an existing login, use 'admin auth list' and 'admin auth update-oauth --id ID'.",
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
            "'vault login -method=oidc' returns to 'http://localhost:8250/oidc/callback': declare this redirect URI as well, and "
                + "allow it in the role."
        ]
    )

    /// Scopes are not set, because MinIO separates them with commas; it uses those in the discovery document, which are
    /// the provider's.
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
            "MinIO requires a claim 'policy' with the name of one of its policies; add it with your own scope mapping, or give "
                + "every user the same policy with MINIO_IDENTITY_OPENID_ROLE_POLICY."
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
        hints: ["User ids are hashes, unless '--unique-uid=0' is given before the first login."]
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
        hints: ["URL must be the address of Outline."]
    )

    /// Immich reads one file (`IMMICH_CONFIG_FILE`), JSON or YAML.
    ///
    /// It cannot refer to a secret elsewhere, so the secret is in it.
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
            "With IMMICH_CONFIG_FILE, settings can no longer be changed in Immich's web interface.",
            "The mobile app returns to 'app.immich:///oauth-callback': declare this redirect URI as well.",
        ]
    )

    /// A realm is in `/etc/pve/domains.cfg`, which Kubernetes cannot write; the keys are the options of its command.
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
            "The redirect URI is its own address, with the port and without a path: 'https://pve.example.net:8006'.",
            "New users have no permissions; grant them with 'pveum acl modify / --users NAME@authentik --roles PVEAuditor'.",
        ]
    )

    /// The settings can only be changed in its web interface and API: the only key is the body of `PUT /api/settings`,
    /// including the secret.
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
            "The redirect URI is its own address, without a path.",
            "New users are in no team; choose one in Portainer's settings, under 'Automatic team membership'.",
        ]
    )

    private static let portainerSettings = """
        {{"AuthenticationMethod": 3, "OAuthSettings": {{"ClientID": {clientID}, "ClientSecret": {clientSecret}, \
        "AuthorizationURI": {authorizationURL}, "AccessTokenURI": {tokenURL}, "ResourceURI": {userInfoURL}, \
        "RedirectURI": {redirectURI}, "LogoutURI": {endSessionURL}, "UserIdentifier": "preferred_username", \
        "Scopes": {scopes}, "OAuthAutoCreateUsers": true}}}}
        """
}
