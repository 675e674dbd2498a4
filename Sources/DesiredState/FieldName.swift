/// Every name of a field that the file format knows, whichever mapping it belongs to.
enum FieldName: String, CaseIterable {
    // The file.
    case apiVersion, owner, host, scheme, defaults, services, prune, maxDeletions, publicURL
    // A service; host and scheme too.
    case slug, name, group, description, publisher, icon, launchURL, openInNewTab, port
    case redirectPath, redirectPaths, redirectURIs
    case providerName, clientID, clientType, secretRef, scopes, signingKey, encryptionKey
    case authorizationFlow, invalidationFlow, authenticationFlow
    case accessCodeValidity, accessTokenValidity, refreshTokenValidity
    case subjectMode, issuerMode, includeClaimsInIDToken, logoutURI, logoutMethod, grantTypes
    case access, adopt, state, renamedFrom, restart, publish
    // A secret reference.
    case env, file, kubernetes
    // A key of a Kubernetes Secret; name too.
    case namespace, key
    // A workload; namespace too.
    case deployment, statefulSet, daemonSet
    // A publication; namespace and name too.
    case kind, keySet, keys
    // A redirect URI.
    case url, matching
}
