import AuthentikAPI
import Foundation
import JSON
import Kinds
import Secrets

@testable import CurlTransport
@testable import Verification

let base = "https://sso.example.net"
let redirect = "https://grafana.example.net:8444/login/generic_oauth"

extension ExpectedLogin {
    /// A login whose provider in Authentik is as declared; `change` spoils something.
    static func grafana(_ change: (inout ExpectedLogin) -> Void = { _ in }) -> ExpectedLogin {
        var provider = OAuth2Provider(pk: 1, name: "grafana", clientID: "grafana")
        provider.redirectURIs = [RedirectEntry(matchingMode: "strict", url: redirect)]
        provider.applicationSlug = "grafana"
        var login = ExpectedLogin(
            slug: "grafana",
            clientID: "grafana",
            issuers: ["\(base)/application/o/grafana/"],
            signing: .key(name: "main", algorithm: .rs256, fingerprint: nil),
            scopes: ["openid", "email"],
            redirectURI: redirect,
            secret: .known(Secret("7h3-s3cr3t"), reference: "env GRAFANA"),
            provider: provider,
            heldScopes: ["openid", "email"]
        )
        change(&login)
        return login
    }
}

extension ProbeReply {
    static func json(_ json: JSONValue) -> ProbeReply {
        .answer(HTTPResponse(status: 200, headers: ["content-type": "application/json"], body: json.serialized()))
    }

    static func html(_ status: Int, location: String? = nil) -> ProbeReply {
        var headers: HTTPHeaders = ["content-type": "text/html"]
        if let location { headers.append("location", location) }
        return .answer(HTTPResponse(status: status, headers: headers, body: Array("<html>".utf8)))
    }

    static let silence = ProbeReply.none(
        TransportError(
            kind: .unreachable,
            curlCode: 7,
            message: "Could not connect",
            request: "GET \(base)",
            mayHaveReachedServer: false
        )
    )
}

extension CheckResult {
    /// `passed`, `skipped`, or the reason of the failure.
    var word: String {
        switch outcome {
        case .passed: "passed"
        case .skipped: "skipped"
        case .failed(let failure): failure.reason.rawValue
        }
    }
}

/// An OpenID Connect discovery document.
func document(
    issuer: String = "\(base)/application/o/grafana/",
    algorithms: [JSONValue] = ["RS256"],
    scopes: [JSONValue] = ["openid", "email", "profile"]
) -> JSONValue {
    [
        "issuer": .string(issuer), "id_token_signing_alg_values_supported": .array(algorithms),
        "scopes_supported": .array(scopes),
    ]
}

/// What a recording of a live server has of a request, the first that fits.
struct Recording {
    let exchanges: [JSONValue]

    static let releases = ["2024.12.5", "2025.12.4", "2026.5.0-rc1", "2026.8.0-rc1"]

    init(_ release: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "AuthentikSandboxTests/Recordings/\(release)/oidc-probes.json")
        exchanges = try JSONValue(parsing: Data(contentsOf: file))["exchanges"]?.array ?? []
    }

    func reply(_ isMeant: (_ path: String, _ request: JSONValue) -> Bool) -> ProbeReply? {
        let exchange = exchanges.first { exchange in
            let request = exchange["request"] ?? .null
            return request["path"]?.string.map { isMeant($0, request) } ?? false
        }
        guard let response = exchange?["response"] else { return nil }
        var headers: HTTPHeaders = [:]
        for (name, value) in response["headers"]?.object ?? [:] { headers.append(name, value.string ?? "") }
        let isPage = response["json"]?["__text__"] != nil
        let body = isPage ? Array("<html>".utf8) : response["json"]?.serialized() ?? []
        return .answer(HTTPResponse(status: response["status"]?.integer ?? 0, headers: headers, body: body))
    }
}
