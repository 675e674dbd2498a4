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
                "How logins reach the outpost: a reverse proxy asks it about one application (single) or about all of a domain "
                + "(domain), or it stands before the application itself (proxy). single unless given."
        ),
        FieldSpec(
            "externalHost",
            "external_host",
            .text(.line),
            .required,
            absent: nil,
            isDefaultable: false,
            doc: "Where people reach it: the service's origin."
        ),
        FieldSpec(
            "cookieDomain",
            "cookie_domain",
            .text(.cookieDomain),
            .optional(.text("")),
            absent: .text(""),
            doc: "The domain whose hosts share the login, as in example.org. With mode: domain, which needs it."
        ),
        FieldSpec(
            "upstream",
            "internal_host",
            .text(.upstream),
            .optional(.text("")),
            absent: .text(""),
            doc: "Where the outpost finds the application: an http or https URL. With mode: proxy, which needs it."
        ),
        FieldSpec(
            "verifyUpstreamTLS",
            "internal_host_ssl_validation",
            .flag,
            .optional(.flag(true)),
            absent: .flag(true),
            doc:
                "Whether the certificate of an https upstream is verified. With mode: proxy. Authentik's default is true."
        ),
        FieldSpec(
            "skipPaths",
            "skip_path_regex",
            .lines(.goPattern),
            .optional(.lines([])),
            absent: .lines([]),
            doc:
                "Paths that nobody has to log in for: regular expressions, any of which may match somewhere in the path; with "
                + "mode: domain, in the whole URL."
        ),
        FieldSpec(
            "interceptAuthorization",
            "intercept_header_auth",
            .flag,
            .optional(.flag(true)),
            absent: .flag(true),
            doc:
                "Whether Authentik looks at an Authorization header that comes with a request; else the application gets it. "
                + "Authentik's default is true."
        ),
        FieldSpec(
            "basicAuth",
            "basic_auth_enabled",
            .flag,
            .optional(.flag(false)),
            absent: .flag(false),
            doc: "Whether the application gets a username and password of its own, from attributes of the user."
        ),
        FieldSpec(
            "user",
            "basic_auth_user_attribute",
            .text(.lineOrEmpty),
            .optional(.text("")),
            absent: .text(""),
            doc: "The attribute of the user that holds the username for the application."
        ),
        FieldSpec(
            "password",
            "basic_auth_password_attribute",
            .text(.lineOrEmpty),
            .optional(.text("")),
            absent: .text(""),
            doc: "The attribute of the user that holds the password for the application: its name, never a password."
        ),
        FieldSpec(
            "accessTokenValidity",
            "access_token_validity",
            .duration,
            .optional(.duration("hours=1")),
            absent: .duration("hours=1"),
            doc:
                "How long a login holds, as in 'hours=8'. Authentik's default is hours=1; what its web form begins with is "
                + "hours=24."
        ),
        FieldSpec(
            "scopes",
            "property_mappings",
            .references(.scopeMapping),
            .managed(.value(.references([]))),
            absent: .references([]),
            doc:
                "Scopes beside those that Authentik gives each such provider (openid, email, profile, entitlements and its own "
                + "for proxies), for claims that become headers."
        ),
        .authorizationFlow,
        .invalidationFlow,
        .authenticationFlow,
    ])

    /// The rows that code asks for by name.
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

        /// The file's.
        package var word: String {
            switch self {
            case .single: "single"
            case .domain: "domain"
            case .proxy: "proxy"
            }
        }

        /// - Parameter word: the file's.
        package init?(word: String) {
            guard let mode = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = mode
        }

        /// The only mode that has a field; nil if each has it.
        package static func only(with field: FieldSpec) -> Mode? {
            switch field.name {
            case Row.cookieDomain.name: .domain
            case Row.upstream.name, Row.verifyUpstreamTLS.name: .proxy
            default: nil
            }
        }
    }
}
