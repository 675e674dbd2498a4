import AuthentikAPI

extension ProxyProvider {
    /// The fields that a file's `forwardAuth` sets.
    package static let fields = FieldTable([
        .providerName,
        FieldSpec(
            "mode",
            "mode",
            .choice(Mode.allCases.map(\.rawValue)),
            .managed(.text(Mode.single.rawValue)),
            absent: .text(Mode.proxy.rawValue),
            doc:
                "How requests reach the outpost: a reverse proxy asks it about one application (single) or about all of a domain "
                + "(domain), or the outpost is itself the reverse proxy of the application (proxy). single unless given."
        ),
        FieldSpec(
            "externalHost",
            "external_host",
            .text(.line),
            .required,
            absent: nil,
            isDefaultable: false,
            doc: "The address that users open: the service's origin."
        ),
        FieldSpec(
            "cookieDomain",
            "cookie_domain",
            .text(.cookieDomain),
            .optional(.text("")),
            absent: .text(""),
            doc:
                "The domain whose hosts share the login, as in example.org. Required with mode: domain, and only allowed there."
        ),
        FieldSpec(
            "upstream",
            "internal_host",
            .text(.upstream),
            .optional(.text("")),
            absent: .text(""),
            doc:
                "The address at which the outpost reaches the application, as in http://wiki:8080. Required with mode: proxy, and only allowed there."
        ),
        FieldSpec(
            "verifyUpstreamTLS",
            "internal_host_ssl_validation",
            .flag,
            .optional(.flag(true)),
            absent: .flag(true),
            doc:
                "Whether to verify the certificate of an https upstream. Only with mode: proxy. Authentik's default is true."
        ),
        FieldSpec(
            "skipPaths",
            "skip_path_regex",
            .lines(.goPattern),
            .optional(.lines([])),
            absent: .lines([]),
            doc:
                "Paths that need no login: Go regular expressions, each matched anywhere in the path or, with mode: domain, in "
                + "the whole URL, as in ^/health$. Those that somebody adds in Authentik stay unless this is set; [] removes them."
        ),
        FieldSpec(
            "interceptAuthorization",
            "intercept_header_auth",
            .flag,
            .optional(.flag(true)),
            absent: .flag(true),
            doc:
                "Whether Authentik handles the Authorization header of requests; if false, the application receives it. "
                + "Authentik's default is true."
        ),
        FieldSpec(
            "basicAuth",
            "basic_auth_enabled",
            .flag,
            .optional(.flag(false)),
            absent: .flag(false),
            doc: "Sends the application a username and password, taken from attributes of the user."
        ),
        FieldSpec(
            "user",
            "basic_auth_user_attribute",
            .text(.lineOrEmpty),
            .optional(.text("")),
            absent: .text(""),
            doc: "The user attribute with the username for the application."
        ),
        FieldSpec(
            "password",
            "basic_auth_password_attribute",
            .text(.lineOrEmpty),
            .optional(.text("")),
            absent: .text(""),
            doc: "The user attribute with the password for the application: the attribute's name, never a password."
        ),
        FieldSpec(
            "accessTokenValidity",
            "access_token_validity",
            .duration,
            .optional(.duration("hours=1")),
            absent: .duration("hours=1"),
            doc:
                "How long a login is valid, as in 'hours=8'. Authentik's default is hours=1; its web form starts with "
                + "hours=24."
        ),
        FieldSpec(
            "scopes",
            "property_mappings",
            .references(.scopeMapping),
            .managed(.value(.references([]))),
            absent: .references([]),
            doc:
                "Scopes for claims that become headers, in addition to those that Authentik gives every such provider (openid, email, "
                + "profile, entitlements and its own for proxies)."
        ),
        .authorizationFlow,
        .invalidationFlow,
        .authenticationFlow,
    ])

    /// The rows that the code uses by name.
    package enum Row {
        package static let name = fields["providerName"]
        package static let mode = fields["mode"]
        package static let externalHost = fields["externalHost"]
        package static let cookieDomain = fields["cookieDomain"]
        package static let upstream = fields["upstream"]
        package static let verifyUpstreamTLS = fields["verifyUpstreamTLS"]
        package static let basicAuth = fields["basicAuth"]
        package static let basicAuthUser = fields["user"]
        package static let basicAuthPassword = fields["password"]
        package static let scopes = fields["scopes"]
    }

    /// How logins reach the outpost.
    ///
    /// Raw values are Authentik's.
    package enum Mode: String, Sendable, CaseIterable {
        case single = "forward_single"
        case domain = "forward_domain"
        case proxy

        /// The file's word.
        package var word: String {
            switch self {
            case .single: "single"
            case .domain: "domain"
            case .proxy: "proxy"
            }
        }

        /// - Parameter word: the file's word.
        package init?(word: String) {
            guard let mode = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = mode
        }

        /// The only mode with a field; nil if all modes have it.
        package static func only(with field: FieldSpec) -> Mode? {
            switch field.name {
            case Row.cookieDomain.name: .domain
            case Row.upstream.name, Row.verifyUpstreamTLS.name: .proxy
            default: nil
            }
        }
    }
}
