import CurlTransport
import FoundationEssentials
import Secrets

extension KubernetesConfiguration {
    /// The configuration from the current context of kubeconfig files.
    ///
    /// - Throws: ``KubernetesConfigurationError`` if it cannot be used, or needs something unsupported: skipping
    ///   certificate
    ///   verification, running a command for a token.
    package static func kubeconfig(
        _ paths: [String]
    ) throws(KubernetesConfigurationError) -> KubernetesConfiguration {
        let file = try Kubeconfig(paths: paths)
        let place = "kubeconfig \(file.paths.joined(separator: ":"))"
        guard let name = file.currentContext else {
            throw KubernetesConfigurationError("\(place) has no current-context; kubectl config use-context sets it")
        }
        func part(_ list: String, _ kind: String, _ name: String?) throws(KubernetesConfigurationError) -> ContextPart {
            guard let name else { throw KubernetesConfigurationError("\(place): the current context has no \(kind)") }
            guard let part = file.part(list, name) else {
                throw KubernetesConfigurationError("\(place): there is no \(kind) '\(name)'")
            }
            return ContextPart(part: part, place: "\(place): \(kind) '\(name)'")
        }
        let context = try part("contexts", "context", name).part
        var configuration = KubernetesConfiguration(server: "", credentials: .none, origin: place)
        if let namespace = context.text("namespace") { configuration.namespace = namespace }
        try configuration.take(cluster: try part("clusters", "cluster", context.text("cluster")))
        // A context without a user has no credentials.
        if let user = context.text("user") { try configuration.take(user: try part("users", "user", user)) }
        guard configuration.server.hasPrefix("https://") || !configuration.hasCredentials else {
            throw KubernetesConfigurationError("\(place): credentials are not sent to a server without https")
        }
        return configuration
    }

    private var hasCredentials: Bool {
        if case .none = credentials { false } else { true }
    }

    private mutating func take(cluster: ContextPart) throws(KubernetesConfigurationError) {
        try cluster.refuse("proxy-url", "is not supported; set HTTPS_PROXY instead")
        if cluster.part.text("insecure-skip-tls-verify") == "true" {
            throw cluster.error("insecure-skip-tls-verify is refused; name the authority in certificate-authority-data")
        }
        guard var server = cluster.part.text("server") else { throw cluster.error("has no server") }
        while server.hasSuffix("/") { server.removeLast() }
        guard server.hasPrefix("https://") || server.hasPrefix("http://") else {
            throw cluster.error("has a server that is not an http or https URL")
        }
        self.server = server
        if let pem = try cluster.data("certificate-authority-data") {
            transport.authorities = pem
        } else {
            transport.authoritiesFile = try cluster.file("certificate-authority")
        }
        if let name = cluster.part.text("tls-server-name") { connect(as: name) }
    }

    /// Puts the certificate's name into the URL, while still connecting to the same place.
    private mutating func connect(as name: String) {
        guard server.hasPrefix("https://") else { return }
        let rest = server.dropFirst("https://".count)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        let colon = authority.last == "]" ? nil : authority.lastIndex(of: ":")
        let port = colon.map { String(authority[authority.index(after: $0)...]) } ?? "443"
        transport.connectTo = colon == nil ? "\(authority):\(port)" : String(authority)
        server = "https://\(name):\(port)\(path)"
    }

    private mutating func take(user: ContextPart) throws(KubernetesConfigurationError) {
        let remedy = "use a user with a token (kubectl create token) or a client certificate"
        try user.refuse("exec", "gets credentials from a command, which is not supported; \(remedy)")
        try user.refuse("auth-provider", "is not supported; \(remedy)")
        try user.refuse("username", "is for a password, which is not supported; \(remedy)")
        try user.refuse("as", "is for impersonation, which is not supported; \(remedy)")
        if let path = try user.file("tokenFile") {
            credentials = .tokenFile(path)
        } else if let token = user.part.text("token") {
            credentials = .token(Secret(token))
        }
        transport.clientCertificate = try user.data("client-certificate-data")
        transport.clientKey = try user.data("client-key-data")
        if transport.clientCertificate == nil { transport.clientCertificateFile = try user.file("client-certificate") }
        if transport.clientKey == nil { transport.clientKeyFile = try user.file("client-key") }
        let hasCertificate = transport.clientCertificate != nil || transport.clientCertificateFile != nil
        let hasKey = transport.clientKey != nil || transport.clientKeyFile != nil
        if hasCertificate != hasKey {
            let clause = hasCertificate ? "certificate without its key" : "key without its certificate"
            throw user.error("has a client \(clause)")
        }
    }
}

/// A part of a kubeconfig that the current context refers to.
private struct ContextPart {
    var part: Kubeconfig.Part
    /// `kubeconfig /root/.kube/config: user 'admin'`.
    var place: String

    func error(_ clause: String) -> KubernetesConfigurationError { KubernetesConfigurationError("\(place) \(clause)") }

    func refuse(_ key: String, _ clause: String) throws(KubernetesConfigurationError) {
        if part.has(key) { throw error("has '\(key)', which \(clause)") }
    }

    func file(_ key: String) throws(KubernetesConfigurationError) -> String? {
        guard let path = part.path(key) else { return nil }
        guard isFile(path) else { throw error("names \(path) as its \(key), which cannot be read") }
        return path
    }

    func data(_ key: String) throws(KubernetesConfigurationError) -> PEM? {
        guard let text = part.text(key) else { return nil }
        guard let bytes = Data(base64Encoded: text, options: .ignoreUnknownCharacters), !bytes.isEmpty else {
            throw error("has a \(key) that is not base64")
        }
        return PEM([UInt8](bytes))
    }
}
