import AuthentikAPI
import DesiredState
package import Kinds
import Secrets

/// The fields of an OAuth2 provider that a file can set, by Authentik's names.
package enum ProviderField: String, CaseIterable {
    case name
    case clientType = "client_type"
    case clientID = "client_id"
    case clientSecret = "client_secret"
    case redirectURIs = "redirect_uris"
    case scopes = "property_mappings"
    case signingKey = "signing_key"
    case encryptionKey = "encryption_key"
    case authorizationFlow = "authorization_flow"
    case invalidationFlow = "invalidation_flow"
    case authenticationFlow = "authentication_flow"
    case accessCodeValidity = "access_code_validity"
    case accessTokenValidity = "access_token_validity"
    case refreshTokenValidity = "refresh_token_validity"
    case subjectMode = "sub_mode"
    case issuerMode = "issuer_mode"
    case includeClaimsInIDToken = "include_claims_in_id_token"
    case logoutURI = "logout_uri"
    case logoutMethod = "logout_method"
    case grantTypes = "grant_types"

    /// Whether the release takes it.
    func exists(in release: Release) -> Bool {
        OAuth2Provider.fields.row(attribute: rawValue)?.exists(in: release) ?? true
    }
}

extension ProviderField {
    /// What a field holds that nobody set, where that is not this program's to say.
    ///
    /// Authentik's default, the same since 2024.12. Nil for what is always declared or defaulted by this program, and for
    /// the secret, which is generated.
    package var fallback: FieldValue? {
        guard let row = OAuth2Provider.fields.row(attribute: rawValue), row.isOptional else { return nil }
        return row.fallback(slug: "")
    }
}

/// A declared provider with every name that Authentik wants as a uuid looked up, and its secret at hand.
struct ResolvedProvider {
    var declared: Provider
    /// Nil for a public client, and where secrets are left out of the plan.
    var secret: Secret?
    var scopes: [FieldValue.Reference]
    var signingKey: FieldValue.Reference
    var encryptionKey: FieldValue.Reference?
    var authorizationFlow: FieldValue.Reference
    var invalidationFlow: FieldValue.Reference
    var authenticationFlow: FieldValue.Reference?

    /// What is declared, or defaulted by this program; a field that is neither is not managed.
    func value(of field: ProviderField) -> FieldValue? {
        switch field {
        case .name: .text(declared.name)
        case .clientType: .text(declared.clientType.rawValue)
        case .clientID: .text(declared.clientID)
        case .clientSecret: secret.map(FieldValue.secret)
        case .redirectURIs:
            .redirectURIs(declared.redirectURIs.map { .init(matchingMode: $0.matching.rawValue, url: $0.url) })
        case .scopes: .references(scopes)
        case .signingKey: .reference(signingKey)
        case .encryptionKey: encryptionKey.map(FieldValue.reference)
        case .authorizationFlow: .reference(authorizationFlow)
        case .invalidationFlow: .reference(invalidationFlow)
        case .authenticationFlow: authenticationFlow.map(FieldValue.reference)
        case .accessCodeValidity: declared.accessCodeValidity.map(FieldValue.duration)
        case .accessTokenValidity: declared.accessTokenValidity.map(FieldValue.duration)
        case .refreshTokenValidity: declared.refreshTokenValidity.map(FieldValue.duration)
        case .subjectMode: declared.subjectMode.map { .text($0.rawValue) }
        case .issuerMode: declared.issuerMode.map { .text($0.rawValue) }
        case .includeClaimsInIDToken: declared.includeClaimsInIDToken.map(FieldValue.flag)
        case .logoutURI: declared.logoutURI.map(FieldValue.text)
        case .logoutMethod: declared.logoutMethod.map { .text($0.rawValue) }
        case .grantTypes: declared.grantTypes.map { .words($0.map(\.rawValue)) }
        }
    }

    /// What a new provider gets.
    func assignments(_ release: Release) -> [FieldAssignment] {
        ProviderField.allCases.filter { $0.exists(in: release) }
            .compactMap { field in
                let value =
                    switch field {
                    case .grantTypes: createdGrantTypes
                    case .clientSecret: createdSecret
                    default: value(of: field)
                    }
                return value.map { FieldAssignment(field: field.rawValue, value: $0) }
            }
    }

    /// Where a provider differs from what is declared, or no longer declared.
    ///
    /// - Parameters:
    ///   - formerly: the fields that the file set the last time; what it dropped goes back to its default.
    ///   - firstOpens: whether the application has no launch URL, so that its tile opens the first redirect URI.
    func changes(
        from provider: OAuth2Provider,
        formerly: [String],
        firstOpens: Bool,
        _ names: NameIndex
    ) -> [FieldChange] {
        ProviderField.allCases.filter { $0.exists(in: names.release) }
            .compactMap { field in
                let before = provider.value(of: field, names)
                // The candidate of 2026.5 takes grant types and keeps none.
                let isUnknown = field == .grantTypes && provider.grantTypes == nil
                let fallback = formerly.contains(field.rawValue) && !isUnknown ? field.fallback : nil
                guard let after = value(of: field, replacing: provider) ?? fallback else { return nil }
                return change(of: field, before, after, firstOpens: firstOpens, names)
            }
    }

    /// - Returns: nil if both mean the same.
    private func change(
        of field: ProviderField,
        _ before: FieldValue,
        _ after: FieldValue,
        firstOpens: Bool,
        _ names: NameIndex
    ) -> FieldChange? {
        var (before, after) = (before, after)
        // Which is the first is only said where it differs.
        if firstOpens, !after.begins(like: before) { (before, after) = (before.openingFirst, after.openingFirst) }
        guard !after.means(before) else { return nil }
        if field == .scopes { (before, after) = names.toldApart(before, after) }
        return FieldChange(object: .provider, field: field.rawValue, before: before, after: after)
    }

    /// Whether a provider is what this program would have created, also in what the file leaves out.
    ///
    /// A secret that cannot be compared proves nothing.
    func isAsCreated(_ provider: OAuth2Provider, _ names: NameIndex) -> Bool {
        if declared.clientType == .confidential, secret == nil || provider.clientSecret == nil { return false }
        return ProviderField.allCases.filter { $0.exists(in: names.release) }
            .allSatisfy { field in
                guard let wanted = value(of: field) ?? field.fallback else { return true }
                if field == .grantTypes, provider.grantTypes == nil { return true }
                return provider.value(of: field, names).means(wanted)
            }
    }

    /// What a field of an existing provider should hold; nil if it is not managed or cannot be compared.
    private func value(of field: ProviderField, replacing provider: OAuth2Provider) -> FieldValue? {
        switch field {
        // A release that hides the secret gives nothing to compare with.
        case .clientSecret where provider.clientSecret == nil: nil
        case .redirectURIs: keepingLogoutEntries(of: provider)
        // The candidate of 2026.5 takes grant types and keeps none; later, nobody can log in without.
        case .grantTypes where provider.grantTypes == nil: nil
        case .grantTypes where provider.grantTypes == []: createdGrantTypes
        default: value(of: field)
        }
    }

    private var createdSecret: FieldValue? {
        guard secret == nil, declared.clientType == .confidential else { return value(of: .clientSecret) }
        return .unresolvedSecret
    }

    private var createdGrantTypes: FieldValue {
        .words((declared.grantTypes ?? [.authorizationCode, .refreshToken]).map(\.rawValue))
    }

    /// The declared redirect URIs, and the logout ones of the provider, which a file cannot declare.
    private func keepingLogoutEntries(of provider: OAuth2Provider) -> FieldValue {
        .redirectURIs(
            declared.redirectURIs.map { .init(matchingMode: $0.matching.rawValue, url: $0.url) }
                + provider.redirectURIs.filter { $0.type == "logout" }
        )
    }
}

extension OAuth2Provider {
    func value(of field: ProviderField, _ names: NameIndex) -> FieldValue {
        let value = OAuth2Provider.fields.row(attribute: field.rawValue).map { self[$0] } ?? FieldValue.none
        return names.named(value)
    }

    var grantTypes: [String]? { self["grantTypes"].words }
}
