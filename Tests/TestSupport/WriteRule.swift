package import JSON

/// A field of what Authentik is sent, and what is known of it before Authentik is asked.
///
/// `Tests/Fixtures/write-fields.json` has every field of the write models of each release with its constraints; the
/// tests hold this table against it, the file's checks and the sandbox.
package struct WriteRule: Sendable {
    package enum Knowledge: Sendable {
        /// The file's own checks say it. Values that Authentik refuses, and some that it takes.
        case checked(name: String, refused: [Example], taken: [Example])
        /// It names an object of Authentik's, which a pass looks up before it writes.
        case lookedUp
        /// It is the secret, which is checked where it is read.
        case secret
        /// The file cannot say it, and the program never sends it or sends nothing but what it read.
        case notInTheFile
        /// Authentik takes any text.
        case anything(name: String)
    }

    /// A value as the file has it and as it is sent.
    package struct Example: Sendable {
        package var yaml: String
        package var json: JSONValue

        package init(yaml: String, _ json: JSONValue) {
            self.yaml = yaml
            self.json = json
        }

        /// Text in quotes.
        package init(_ text: String) {
            yaml = String(decoding: JSONValue.string(text).serialized(), as: UTF8.self)
            json = .string(text)
        }
    }

    package var model: String
    package var field: String
    package var knowledge: Knowledge
}

extension WriteRule.Example: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self.init(value) }
}

extension WriteRule {
    package static let all = application + provider + redirectURI

    private static let application: [WriteRule] = [
        .application("name", .checked(name: "name", refused: ["", "  "], taken: ["x", "日本語"])),
        .application(
            "slug",
            .checked(
                name: "slug",
                refused: ["", "a b", "ünï", "a.b", "token", "authorize", "device", "userinfo", "introspect", "revoke"],
                taken: ["UPPER_lower-1", "_", "-"]
            )
        ),
        .application("provider", .notInTheFile), .application("backchannel_providers", .notInTheFile),
        .application(
            "open_in_new_tab",
            .checked(
                name: "openInNewTab",
                refused: [Example(yaml: "perhaps", "perhaps"), Example(yaml: "2", 2)],
                taken: [Example(yaml: "true", true), Example(yaml: "false", false)]
            )
        ),
        .application(
            "meta_launch_url",
            .checked(
                name: "launchURL",
                refused: [
                    "x.net", "javascript:alert(1)", "https://", "https://x.net:9/", "https://x.net:+443/",
                    "https://x.net:000443/", "https://x.net:", "https://a.%(username)s.example/", "https://x y.net",
                    "https://::1/", "https://[::1", "https://[::1]:8", "https://x_y.net", "https://x..net",
                    Example("https://x.net/" + String(repeating: "a", count: 2035)),
                ],
                taken: [
                    "https://x.net", "https://x:80/a?b=c#d", "https://%(username)s.x.net:8443/", "blank://blank",
                    "https://[::1]:8443/", Example("https://x.net/" + String(repeating: "a", count: 2034)),
                ]
            )
        ),
        .application(
            "meta_icon",
            .checked(
                name: "icon",
                refused: [
                    "/media/x.png", "./a", ".a", "a//b", "ü.png", "a b.png", "../a", "a/../b",
                    "data:image/png;base64,AA",
                    "HTTPS://x.net/a.png", Example(String(repeating: "a", count: 256)),
                    Example(String(repeating: "abc/", count: 256) + "a"),
                ],
                taken: [
                    "", "a/b.png", "a..b.png", "/static/dist/x.svg", "https://x.net/ü.png", "fa://fa-book",
                    Example(String(repeating: "a", count: 255)),
                ]
            )
        ),
        .application("meta_description", .anything(name: "description")),
        .application("meta_publisher", .anything(name: "publisher")),
        .application("group", .anything(name: "group")),
        .application("policy_engine_mode", .notInTheFile), .application("meta_hide", .notInTheFile),
    ]

    private static let provider: [WriteRule] = [
        .provider("name", .checked(name: "providerName", refused: ["", " "], taken: ["x"])),
        .provider("authentication_flow", .lookedUp), .provider("authorization_flow", .lookedUp),
        .provider("invalidation_flow", .lookedUp), .provider("property_mappings", .lookedUp),
        .provider("signing_key", .lookedUp), .provider("encryption_key", .lookedUp),
        .provider(
            "client_type",
            .checked(name: "clientType", refused: ["", "secret", "Public"], taken: ["confidential", "public"])
        ),
        .provider(
            "grant_types",
            .checked(
                name: "grantTypes",
                refused: [Example(yaml: "[]", []), Example(yaml: "[nope]", ["nope"]), Example(yaml: "nope", "nope")],
                taken: grantTypes.map { Example(yaml: "['\($0)']", [.string($0)]) }
            )
        ),
        .provider(
            "client_id",
            .checked(
                name: "clientID",
                refused: ["", Example(String(repeating: "c", count: 256))],
                taken: ["~!{}", Example(String(repeating: "c", count: 255))]
            )
        ),
        .provider("client_secret", .secret),
        .provider("access_code_validity", duration("accessCodeValidity")),
        .provider("access_token_validity", duration("accessTokenValidity")),
        .provider("refresh_token_validity", duration("refreshTokenValidity")),
        .provider("refresh_token_threshold", duration("refreshTokenThreshold")),
        .provider(
            "include_claims_in_id_token",
            .checked(
                name: "includeClaimsInIDToken",
                refused: [Example(yaml: "perhaps", "perhaps")],
                taken: [Example(yaml: "true", true)]
            )
        ),
        .provider(
            "redirect_uris",
            .checked(
                name: "redirectURIs",
                refused: refusedPatterns.map(pattern) + [Example(yaml: "https://x.net", "https://x.net")],
                taken: takenPatterns.map(pattern) + [
                    Example(yaml: "['app:/x#y']", [["matching_mode": "strict", "url": "app:/x#y"]]),
                    Example(yaml: "['https://x.net:9/']", [["matching_mode": "strict", "url": "https://x.net:9/"]]),
                ]
            )
        ),
        .provider(
            "logout_uri",
            .checked(
                name: "logoutURI",
                refused: [
                    "not a url", "x.net", "https://x.net:9/", "https://x.net:+443/", "https://%(username)s.x.net",
                    Example("https://x.net/" + String(repeating: "a", count: 2035)),
                ],
                taken: ["", "https://x.net/logout", "http://localhost:80"]
            )
        ),
        .provider(
            "logout_method",
            .checked(name: "logoutMethod", refused: ["", "nope"], taken: ["backchannel", "frontchannel"])
        ),
        .provider(
            "sub_mode",
            .checked(
                name: "subjectMode",
                refused: ["", "nope"],
                taken: ["hashed_user_id", "user_id", "user_uuid", "user_username", "user_email", "user_upn"]
            )
        ),
        .provider(
            "issuer_mode",
            .checked(name: "issuerMode", refused: ["", "nope"], taken: ["global", "per_provider"])
        ),
        .provider("jwt_federation_sources", .notInTheFile), .provider("jwt_federation_providers", .notInTheFile),
        // Of releases before 2025.2 and 2025.10.
        .provider("jwks_sources", .notInTheFile), .provider("backchannel_logout_uri", .notInTheFile),
    ]

    private static let redirectURI: [WriteRule] = [
        WriteRule(
            model: "RedirectURIRequest",
            field: "url",
            knowledge: .checked(
                name: "redirectURIs",
                refused: [
                    Example(yaml: "['']", [["matching_mode": "strict", "url": ""]]),
                    Example(yaml: "[{matching: strict}]", [["matching_mode": "strict"]]),
                ],
                taken: [Example(yaml: "['https://x.net']", [["matching_mode": "strict", "url": "https://x.net"]])]
            )
        ),
        WriteRule(
            model: "RedirectURIRequest",
            field: "matching_mode",
            knowledge: .checked(
                name: "redirectURIs",
                refused: [
                    Example(
                        yaml: "[{url: 'https://x.net', matching: exact}]",
                        [["matching_mode": "exact", "url": "https://x.net"]]
                    )
                ],
                taken: [pattern("https://.*")]
            )
        ),
        WriteRule(model: "RedirectURIRequest", field: "redirect_uri_type", knowledge: .notInTheFile),
    ]

    private static let grantTypes = [
        "authorization_code", "implicit", "hybrid", "refresh_token", "client_credentials", "password",
        "urn:ietf:params:oauth:grant-type:device_code",
    ]

    /// A table of some thousands is in `Tests/PythonRegexTests/Fixtures`.
    private static let refusedPatterns = [
        "a**", "https://(x", "https://[", "*", #"\p{L}"#, "(?<n>a)", "a{3,1}", "(?<=a+)b", #"\1"#, #"\q"#, "[z-a]",
        "a(?i)", "(?P<n>a)(?P<n>b)",
    ]
    private static let takenPatterns = [
        #"https://.*\.example\.org/cb"#, "[]]", "(?<=ab)c", "a++", "(?P<n>a)(?P=n)", "(?i)a", "{", "a{,3}",
    ]

    private static func pattern(_ text: String) -> Example {
        let quoted = Example(text)
        return Example(
            yaml: "[{url: \(quoted.yaml), matching: regex}]",
            [["matching_mode": "regex", "url": .string(text)]]
        )
    }

    private static func duration(_ name: String) -> Knowledge {
        .checked(
            name: name,
            refused: [
                "", "1h", "one hour", "hours", "hours=", "hours=x", "hours=1;", "months=1", "hours=1e",
                Example("days=" + String(repeating: "9", count: 400)), "days=1000000000",
            ],
            taken: ["hours=1.5", "days=30;hours=0", "Hours=1", "milliseconds=1"]
        )
    }

    private static func application(_ field: String, _ knowledge: Knowledge) -> WriteRule {
        WriteRule(model: "ApplicationRequest", field: field, knowledge: knowledge)
    }

    private static func provider(_ field: String, _ knowledge: Knowledge) -> WriteRule {
        WriteRule(model: "OAuth2ProviderRequest", field: field, knowledge: knowledge)
    }
}
