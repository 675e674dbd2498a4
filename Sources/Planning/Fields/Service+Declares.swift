import DesiredState

extension Service {
    /// Whether the file, or its `defaults`, sets a field of the provider; what this program defaults does not count.
    func declares(_ field: ProviderField) -> Bool {
        guard provider != nil else { return false }
        return declaredFields.contains(field.declaration)
    }
}

extension ProviderField {
    /// The file's field behind it.
    fileprivate var declaration: Service.Field {
        switch self {
        case .name: .providerName
        case .clientType: .clientType
        case .clientID: .clientID
        case .clientSecret: .secretRef
        case .redirectURIs: .redirectURIs
        case .scopes: .scopes
        case .signingKey: .signingKey
        case .encryptionKey: .encryptionKey
        case .authorizationFlow: .authorizationFlow
        case .invalidationFlow: .invalidationFlow
        case .authenticationFlow: .authenticationFlow
        case .accessCodeValidity: .accessCodeValidity
        case .accessTokenValidity: .accessTokenValidity
        case .refreshTokenValidity: .refreshTokenValidity
        case .subjectMode: .subjectMode
        case .issuerMode: .issuerMode
        case .includeClaimsInIDToken: .includeClaimsInIDToken
        case .logoutURI: .logoutURI
        case .logoutMethod: .logoutMethod
        case .grantTypes: .grantTypes
        }
    }
}
