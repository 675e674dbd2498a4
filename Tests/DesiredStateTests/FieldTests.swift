import DesiredState
import Testing

/// What a single field refuses, or takes with a warning.
struct FieldTests {
    private static let whole = "must be a whole number from 1 to 65535"

    @Test(arguments: [
        Mistake.error(
            .oidc("▲redirectpath: /x"),
            "service 'grafana': unknown field 'redirectpath'",
            "did you mean 'redirectPath'?"
        ),
        .error(
            .oidc("▲redirect_uri: /x"),
            "service 'grafana': unknown field 'redirect_uri'",
            "did you mean 'redirectURIs'?"
        ),
        .error(.oidc("▲gropu: x"), "service 'grafana': unknown field 'gropu'", "did you mean 'group'?"),
        .error(.oidc("▲nonsense: x"), "service 'grafana': unknown field 'nonsense'"),
        .error(.oidc("▲owner: x"), "service 'grafana': unknown field 'owner'", "it belongs at the top of the file"),
        .error(
            MarkedText("▲port: 8441\n" + MarkedText.head + "services: []"),
            "unknown field 'port'",
            "it belongs in a service or in defaults"
        ),
    ])
    func `unknown fields`(_ mistake: Mistake) throws { try mistake.check() }

    @Test(arguments: [
        Mistake.error(.bookmark("port: ▲0"), "service 'docs': port must be from 1 to 65535"),
        .error(.bookmark("port: ▲65536"), "service 'docs': port must be from 1 to 65535"),
        .error(.bookmark("port: ▲99999999999999999999"), "service 'docs': port must be from 1 to 65535"),
        .error(.bookmark("port: ▲08444"), "service 'docs': port begins with a zero"),
        .error(.bookmark("port: ▲8444.0"), "service 'docs': port \(whole)"),
        .error(.bookmark("port: ▲0x20fc"), "service 'docs': port \(whole)"),
        .error(.bookmark("port: ▲1e3"), "service 'docs': port \(whole)"),
        .error(.bookmark("port: ▲8_444"), "service 'docs': port \(whole)"),
        .error(.bookmark("port: ▲-1"), "service 'docs': port \(whole)"),
        .error(.bookmark("port: ▲''"), "service 'docs': port \(whole)"),
        .error(.bookmark("port: ▲[1]"), "service 'docs': port must be a number, not a list"),
        .error(.bookmark("port: ▲~\nlaunchURL: https://x.net"), "service 'docs': port has no value"),
        .error(.bookmark("port:▲\nlaunchURL: https://x.net"), "service 'docs': port has no value"),
        .warning(.bookmark("port: ▲\"8444\""), "service 'docs': port is text, taken as 8444"),
        .error(.oidc("openInNewTab: ▲yes"), "service 'grafana': openInNewTab must be true or false", "use true"),
        .error(.oidc("openInNewTab: ▲off"), "service 'grafana': openInNewTab must be true or false", "use false"),
        .error(.oidc("openInNewTab: ▲1"), "service 'grafana': openInNewTab must be true or false", "use true"),
        .warning(.oidc("openInNewTab: ▲'true'"), "service 'grafana': openInNewTab is text, taken as true"),
    ])
    func `numbers and flags`(_ mistake: Mistake) throws { try mistake.check() }

    @Test(arguments: [
        Mistake.error(.oidc("name: ▲true"), "service 'grafana': name must be text, not 'true'"),
        .error(.oidc("name: ▲On"), "service 'grafana': name must be text, not 'On'"),
        .error(.oidc("name: ▲null"), "service 'grafana': name has no value"),
        .error(.oidc("name: ▲''"), "service 'grafana': name is empty"),
        .error(.oidc("name: ▲[a]"), "service 'grafana': name must be text, not a list"),
        .error(.oidc("name: ▲{a: b}"), "service 'grafana': name must be text, not a mapping"),
        .error(.oidc("name: ▲!custom x"), "service 'grafana': name has a tag"),
        .error(.oidc("name: ▲!!binary x"), "service 'grafana': name has a tag"),
        .error(.oidc("name: ▲\"a\\eb\""), "service 'grafana': name has a control character in it"),
        .error(.oidc("name: ▲\"a\\nb\""), "service 'grafana': name has more than one line"),
        .warning(.oidc("name: ▲' a '"), "service 'grafana': name has white space around it"),
        .error(.oidc("scopes: ▲openid"), "service 'grafana': scopes must be a list, not text"),
        .error(.oidc("scopes: ▲[]"), "service 'grafana': scopes is an empty list"),
        .error(.oidc("scopes: [▲'openid email']"), "service 'grafana': an entry of scopes has a space in it"),
        .error(.oidc("scopes: [openid, ▲~]"), "service 'grafana': an entry of scopes must be text, not '~'"),
        .warning(.oidc("scopes: [openid, ▲openid]"), "service 'grafana': scopes has an entry twice"),
        .error(
            .oidc("clientType: ▲publik"),
            "service 'grafana': clientType cannot be 'publik'",
            "did you mean 'public'?"
        ),
        .error(
            .oidc("issuerMode: ▲x"),
            "service 'grafana': issuerMode cannot be 'x'",
            "use one of global, per_provider"
        ),
        .error(
            .oidc("grantTypes: [▲authorization-code]"),
            "service 'grafana': an entry of grantTypes cannot be 'authorization-code'"
        ),
        .error(
            .oidc("clientID: ▲\(String(repeating: "x", count: 256))"),
            "service 'grafana': clientID is longer than 255 characters, Authentik's limit"
        ),
        .error(
            .oidc("authorizationFlow: ▲Implicit Consent"),
            "service 'grafana': authorizationFlow has a character that is not allowed in a slug"
        ),
        .error(.oidc("accessTokenValidity: ▲1h"), "service 'grafana': accessTokenValidity is not a duration"),
        .error(
            .oidc("accessTokenValidity: ▲hour=1"),
            "service 'grafana': accessTokenValidity has the unknown unit 'hour'",
            "did you mean 'hours'?"
        ),
        .error(
            .oidc("accessTokenValidity: ▲hours=1;hours=2"),
            "service 'grafana': accessTokenValidity has 'hours' twice"
        ),
        .error(
            .oidc("accessTokenValidity: ▲hours=-1"),
            "service 'grafana': accessTokenValidity has no valid number after 'hours='"
        ),
        .error(.oidc("accessTokenValidity: ▲hours=1;"), "service 'grafana': accessTokenValidity is not a duration"),
    ])
    func `texts and lists`(_ mistake: Mistake) throws { try mistake.check() }

    @Test(arguments: [
        Mistake.error(.service("▲port: 8441"), "service 1: slug is missing"),
        .error(.service("slug: ▲~\nport: 8441"), "service 1: slug has no value"),
        .error(.service("slug: ▲a b\nport: 8441"), "service 'a b': slug has a character that is not allowed in a slug"),
        .error(.service("slug: ▲ünï\nport: 8441"), "service 'ünï': slug has a character that is not allowed in a slug"),
        .error(.service("slug: ▲token\nport: 8441"), "service 'token': slug 'token' is reserved by Authentik"),
        .warning(
            .service("slug: ▲\(String(repeating: "x", count: 51))\nport: 8441"),
            "service \'\(String(repeating: "x", count: 40))…\': slug is longer than 50 characters"
        ),
        .error(
            .service("slug: ▲\(String(repeating: "x", count: 256))\nport: 8441"),
            "service \'\(String(repeating: "x", count: 40))…\': slug is longer than 255 characters"
        ),
    ])
    func `slugs`(_ mistake: Mistake) throws { try mistake.check() }
}
