import AuthentikAPI
import DesiredState
import Foundation
import Testing

@testable import Setup

@Suite struct CautionTests {
    @Test(arguments: [
        ("https://sso.example.net", false), ("http://sso.example.net", true), ("HTTP://10.0.0.7:9000", true),
        ("http://authentik-server", true), ("http://127.0.0.1:9000", false), ("http://127.8.8.8", false),
        ("http://localhost:9000/path", false), ("http://sso.localhost", false), ("http://[::1]:9000", false),
        ("http://[::ffff:127.0.0.1]", false), ("http://[fd00::1]", true), ("http://127.example.net", true),
        ("http://localhost.example.net", true),
    ])
    func `a token that goes over a network in clear`(text: String, isCaution: Bool) throws {
        let address = try #require(AuthentikAddress(text))
        let cautions = Caution.all(address: address, files: .init(), desired: nil)
        #expect(cautions.map(\.message).allSatisfy { $0.hasSuffix("are sent to \(text) unencrypted") })
        #expect(cautions.count == (isCaution ? 1 : 0))
    }

    @Test func `files that others can read, and a service that gets the token for a secret`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "caution-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func file(_ name: String, _ mode: Int) throws -> String {
            let path = folder.appending(path: name).path
            try Data("t0k3n\n".utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            return path
        }
        let open = try file("open", 0o644)
        let kept = try file("kept", 0o640)
        let key = try file("key", 0o604)
        let result = DesiredStateLoader.load(sources: [
            DesiredStateLoader.Source(
                path: "services.yaml",
                bytes: Array(
                    """
                    apiVersion: reconcile/v1
                    owner: homelab
                    host: h
                    services:
                      - {slug: a, port: 8443, redirectPath: /cb, secretRef: {file: \(kept)}}

                    """.utf8
                )
            )
        ])
        let desired = try #require(result.state)
        let files = Caution.PrivateFiles(token: kept, triggerToken: open, clientKey: key)
        let cautions = Caution.all(address: nil, files: files, desired: desired)
        #expect(
            cautions.map(\.message) == [
                "the secretRef of 'a' is the token file '\(kept)'",
                "the trigger token file '\(open)' is readable by every user of this machine",
                "the client key '\(key)' is readable by every user of this machine",
            ]
        )
        #expect(Caution.all(address: nil, files: .init(token: kept), desired: nil) == [])
    }
}
