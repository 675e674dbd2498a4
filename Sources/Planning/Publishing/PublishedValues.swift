import DesiredState
import Kinds
import Secrets

/// What can be published of a service: the URLs as Authentik lays them out, which is the same since 2024.12.
struct PublishedValues {
    /// Where Authentik is, without a slash at the end.
    let address: String
    let service: Service
    let provider: Provider
    /// Nil where secrets are left out.
    let secret: Secret?
    let issuerMode: IssuerMode
    /// Scope names.
    let scopes: [String]

    func content(of publication: Publication) -> PublishedContent {
        PublishedContent(
            object: publication.object,
            assignments: publication.keys.sorted { $0.key < $1.key }.map { key, value in
                FieldAssignment(field: key, value: self.value(value))
            },
            labels: publication.labels
        )
    }

    private func value(_ value: PublishedValue) -> FieldValue {
        switch value {
        case .clientID: .text(provider.clientID)
        case .clientSecret: secret.map(FieldValue.secret) ?? .unresolvedSecret
        case .issuer: .text(issuerMode == .global ? "\(address)/" : application(""))
        case .authorizationURL: .text(shared("authorize/"))
        case .tokenURL: .text(shared("token/"))
        case .userInfoURL: .text(shared("userinfo/"))
        case .endSessionURL: .text(application("end-session/"))
        case .jwksURL: .text(application("jwks/"))
        case .configurationURL: .text(application(".well-known/openid-configuration"))
        case .redirectURI: .text(provider.redirectURIs.first { $0.matching == .strict }?.url ?? "")
        case .launchURL: .text(service.launchURL ?? "")
        case .scopes: .text(scopes.joined(separator: " "))
        }
    }

    private func shared(_ path: String) -> String { "\(address)/application/o/\(path)" }

    private func application(_ path: String) -> String { shared("\(service.slug)/\(path)") }
}
