import DesiredState
import Testing

/// What a single field refuses, or takes with a warning.
struct FieldTests {
    private static let whole = "must be a whole number from 1 to 65535 in service 'docs'"

    @Test(arguments: [
        Mistake.error(
            .oidc("▲redirectpath: /x"),
            "unknown field 'redirectpath' in service 'grafana'",
            "did you mean 'redirectPath'?"
        ),
        .error(
            .oidc("▲redirect_uri: /x"),
            "unknown field 'redirect_uri' in service 'grafana'",
            "did you mean 'redirectURIs'?"
        ),
        .error(.oidc("▲gropu: x"), "unknown field 'gropu' in service 'grafana'", "did you mean 'group'?"),
        .error(.oidc("▲nonsense: x"), "unknown field 'nonsense' in service 'grafana'"),
        .error(.oidc("▲owner: x"), "unknown field 'owner' in service 'grafana'", "it belongs at the top of the file"),
        .error(
            MarkedText("▲port: 8441\n" + MarkedText.head + "services: []"),
            "unknown field 'port'",
            "it belongs in a service or in defaults"
        ),
    ])
    func `unknown fields`(_ mistake: Mistake) throws { try mistake.check() }

    @Test(arguments: [
        Mistake.error(.bookmark("port: ▲0"), "port is outside 1 to 65535 in service 'docs'"),
        .error(.bookmark("port: ▲65536"), "port is outside 1 to 65535 in service 'docs'"),
        .error(.bookmark("port: ▲99999999999999999999"), "port is outside 1 to 65535 in service 'docs'"),
        .error(.bookmark("port: ▲08444"), "port begins with a zero in service 'docs'"),
        .error(.bookmark("port: ▲8444.0"), "port \(whole)"),
        .error(.bookmark("port: ▲0x20fc"), "port \(whole)"),
        .error(.bookmark("port: ▲1e3"), "port \(whole)"),
        .error(.bookmark("port: ▲8_444"), "port \(whole)"),
        .error(.bookmark("port: ▲-1"), "port \(whole)"),
        .error(.bookmark("port: ▲''"), "port \(whole)"),
        .error(.bookmark("port: ▲[1]"), "port must be a number, not a list in service 'docs'"),
        .error(.bookmark("port: ▲~\nlaunchURL: https://x.net"), "port has no value in service 'docs'"),
        .error(.bookmark("port:▲\nlaunchURL: https://x.net"), "port has no value in service 'docs'"),
        .warning(.bookmark("port: ▲\"8444\""), "port is text, taken as 8444 in service 'docs'"),
        .error(.oidc("openInNewTab: ▲yes"), "openInNewTab must be true or false in service 'grafana'", "use true"),
        .error(.oidc("openInNewTab: ▲off"), "openInNewTab must be true or false in service 'grafana'", "use false"),
        .error(.oidc("openInNewTab: ▲1"), "openInNewTab must be true or false in service 'grafana'", "use true"),
        .warning(.oidc("openInNewTab: ▲'true'"), "openInNewTab is text, taken as true in service 'grafana'"),
    ])
    func `numbers and flags`(_ mistake: Mistake) throws { try mistake.check() }

    @Test(arguments: [
        Mistake.error(.oidc("name: ▲true"), "name must be text, not 'true' in service 'grafana'"),
        .error(.oidc("name: ▲On"), "name must be text, not 'On' in service 'grafana'"),
        .error(.oidc("name: ▲null"), "name has no value in service 'grafana'"),
        .error(.oidc("name: ▲''"), "name is empty in service 'grafana'"),
        .error(.oidc("name: ▲[a]"), "name must be text, not a list in service 'grafana'"),
        .error(.oidc("name: ▲{a: b}"), "name must be text, not a mapping in service 'grafana'"),
        .error(.oidc("name: ▲!custom x"), "name has a tag in service 'grafana'"),
        .error(.oidc("name: ▲!!binary x"), "name has a tag in service 'grafana'"),
        .error(.oidc("name: ▲\"a\\eb\""), "name has a control character in it in service 'grafana'"),
        .error(.oidc("name: ▲\"a\\nb\""), "name has more than one line in service 'grafana'"),
        .warning(.oidc("name: ▲' a '"), "name has white space around it in service 'grafana'"),
        .error(.oidc("scopes: ▲openid"), "scopes must be a list, not text in service 'grafana'"),
        .error(.oidc("scopes: ▲[]"), "scopes is an empty list in service 'grafana'"),
        .error(.oidc("scopes: [▲'openid email']"), "an entry of scopes has a space in it in service 'grafana'"),
        .error(.oidc("scopes: [openid, ▲~]"), "an entry of scopes must be text, not '~' in service 'grafana'"),
        .warning(.oidc("scopes: [openid, ▲openid]"), "scopes has an entry twice in service 'grafana'"),
        .error(
            .oidc("clientType: ▲publik"),
            "clientType cannot be 'publik' in service 'grafana'",
            "did you mean 'public'?"
        ),
        .error(
            .oidc("issuerMode: ▲x"),
            "issuerMode cannot be 'x' in service 'grafana'",
            "use one of global, per_provider"
        ),
        .error(
            .oidc("grantTypes: [▲authorization-code]"),
            "an entry of grantTypes cannot be 'authorization-code' in service 'grafana'"
        ),
        .error(
            .oidc("clientID: ▲\(String(repeating: "x", count: 256))"),
            "clientID is longer than the 255 characters that Authentik takes in service 'grafana'"
        ),
        .error(
            .oidc("authorizationFlow: ▲Implicit Consent"),
            "authorizationFlow has a character that no slug may have in service 'grafana'"
        ),
        .error(.oidc("accessTokenValidity: ▲1h"), "accessTokenValidity is not a duration in service 'grafana'"),
        .error(
            .oidc("accessTokenValidity: ▲hour=1"),
            "accessTokenValidity has the unknown unit 'hour' in service 'grafana'",
            "did you mean 'hours'?"
        ),
        .error(
            .oidc("accessTokenValidity: ▲hours=1;hours=2"),
            "accessTokenValidity has 'hours' twice in service 'grafana'"
        ),
        .error(
            .oidc("accessTokenValidity: ▲hours=-1"),
            "accessTokenValidity has no number that Authentik takes after 'hours=' in service 'grafana'"
        ),
        .error(.oidc("accessTokenValidity: ▲hours=1;"), "accessTokenValidity is not a duration in service 'grafana'"),
    ])
    func `texts and lists`(_ mistake: Mistake) throws { try mistake.check() }

    @Test(arguments: [
        Mistake.error(.service("▲port: 8441"), "service 1 has no slug"),
        .error(.service("slug: ▲~\nport: 8441"), "slug has no value in service 1"),
        .error(.service("slug: ▲a b\nport: 8441"), "slug has a character that no slug may have in service 'a b'"),
        .error(.service("slug: ▲ünï\nport: 8441"), "slug has a character that no slug may have in service 'ünï'"),
        .error(.service("slug: ▲token\nport: 8441"), "slug 'token' is reserved by Authentik in service 'token'"),
        .warning(
            .service("slug: ▲\(String(repeating: "x", count: 51))\nport: 8441"),
            "slug is longer than 50 characters in service '\(String(repeating: "x", count: 40))…'"
        ),
        .error(
            .service("slug: ▲\(String(repeating: "x", count: 256))\nport: 8441"),
            "slug is longer than 255 characters in service '\(String(repeating: "x", count: 40))…'"
        ),
    ])
    func `slugs`(_ mistake: Mistake) throws { try mistake.check() }
}
