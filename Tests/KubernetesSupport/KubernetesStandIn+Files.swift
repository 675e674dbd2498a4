import Foundation

extension KubernetesStandIn {
    /// How a kubeconfig file says who comes.
    package enum Credentials: Sendable {
        /// The token of the service account, in the file.
        case token
        /// The token of the service account, in a file of its own.
        case tokenFile
        /// A client certificate of a user, in the file.
        case certificate(user: String)
        /// A client certificate of a user, in files of their own.
        case certificateFiles(user: String)
    }

    /// Writes what a pod finds in `/var/run/secrets/kubernetes.io/serviceaccount`: `token`, `ca.crt` and `namespace`.
    ///
    /// Written again after ``rotateToken()``, the files change as the kubelet changes them: they are links through a
    /// link `..data`, which is replaced at once.
    ///
    /// - Returns: the path of the folder.
    @discardableResult
    package func writeServiceAccount(namespace: String = namespace) throws -> String {
        let files = FileManager.default
        let mount = folder.appending(path: "serviceaccount")
        let version = "..\(UUID().uuidString)"
        let data = mount.appending(path: version)
        try files.createDirectory(at: data, withIntermediateDirectories: true)
        let contents = ["token": token, "ca.crt": authority.certificate, "namespace": namespace]
        for (name, text) in contents {
            try Data(text.utf8).write(to: data.appending(path: name))
            let link = mount.appending(path: name).path
            if (try? files.destinationOfSymbolicLink(atPath: link)) == nil {
                try files.createSymbolicLink(atPath: link, withDestinationPath: "..data/\(name)")
            }
        }
        let link = mount.appending(path: "..data_tmp").path
        try files.createSymbolicLink(atPath: link, withDestinationPath: version)
        guard rename(link, mount.appending(path: "..data").path) == 0 else { throw CocoaError(.fileWriteUnknown) }
        return mount.path
    }

    /// Writes a kubeconfig file.
    ///
    /// https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
    ///
    /// - Parameter namespace: that of its context; nil leaves it out.
    /// - Returns: the path of the file; its other files stand beside it, and it names them relative to itself.
    package func writeKubeconfig(_ credentials: Credentials = .token, namespace: String? = nil) throws -> String {
        let place = folder.appending(path: "kubeconfig-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let file = place.appending(path: "config")
        let encoded: (String) -> String = { Data($0.utf8).base64EncodedString() }
        let user: [String]
        switch credentials {
        case .token: user = ["token: \(token)"]
        case .tokenFile:
            try Data(token.utf8).write(to: place.appending(path: "token"))
            user = ["tokenFile: token"]
        case .certificate(let name):
            let identity = try authority.client(name)
            user = [
                "client-certificate-data: \(encoded(identity.certificate))",
                "client-key-data: \(encoded(identity.key))",
            ]
        case .certificateFiles(let name):
            let identity = try authority.client(name)
            try Data(identity.certificate.utf8).write(to: place.appending(path: "client.crt"))
            try Data(identity.key.utf8).write(to: place.appending(path: "client.key"))
            user = ["client-certificate: client.crt", "client-key: client.key"]
        }
        let text = """
            apiVersion: v1
            kind: Config
            current-context: stand-in
            clusters:
              - name: stand-in
                cluster:
                  server: \(url)
                  certificate-authority-data: \(encoded(authority.certificate))
            contexts:
              - name: stand-in
                context:
                  cluster: stand-in
                  user: tester\(namespace.map { "\n      namespace: \($0)" } ?? "")
            users:
              - name: tester
                user:
                  \(user.joined(separator: "\n      "))

            """
        try Data(text.utf8).write(to: file)
        return file.path
    }

    /// Writes a client certificate and its key as PEM files.
    package func writeCertificate(of user: String) throws -> (certificate: String, key: String) {
        let identity = try authority.client(user)
        let base = folder.appending(path: "client-\(UUID().uuidString)").path
        try Data(identity.certificate.utf8).write(to: URL(filePath: "\(base).crt"))
        try Data(identity.key.utf8).write(to: URL(filePath: "\(base).key"))
        return ("\(base).crt", "\(base).key")
    }
}
