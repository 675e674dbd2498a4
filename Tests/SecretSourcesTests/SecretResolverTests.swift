import CurlTransport
import DesiredState
import Foundation
import KubernetesAPI
import Secrets
import Synchronization
import TestSupport
import Testing

@testable import SecretSources

/// What a variable or a file holds for a client secret.
final class SecretResolverTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/reconcile-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func outcome(_ reference: SecretReference, _ environment: [String: String] = [:]) -> SecretLook {
        SecretResolver(environment: environment).look(for: reference)
    }

    @Test(arguments: [
        "hunter2", "~!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}", "x", String(repeating: "s", count: 255),
    ])
    func `what a client can log in with`(text: String) throws {
        for ending in ["", "\n", "\r\n"] {
            #expect(outcome(.environment("S"), ["S": text + ending]) == .present(Secret(text)))
            let path = "\(folder)/secret"
            try Data((text + ending).utf8).write(to: URL(filePath: path))
            #expect(outcome(.file(path)) == .present(Secret(text)))
        }
    }

    private static let space =
        "contains a space: Authentik trims it at both ends, and not every client sends it unchanged"

    @Test(arguments: [
        ("geheiß", "contains a character that is not ASCII, so that no client can log in with it"),
        ("gehei\u{301}m", "contains a character that is not ASCII, so that no client can log in with it"),
        ("secret\u{A0}", "contains a character that is not ASCII, so that no client can log in with it"),
        ("a\tb", "contains a line break or another control character"),
        ("a\nb", "contains a line break or another control character"),
        ("secret\n\n", "contains a line break or another control character"),
        ("secret\u{7F}", "contains a line break or another control character"),
        (" secret", space), ("secret ", space), ("two words", space),
        (String(repeating: "s", count: 256), "is longer than the 255 characters that Authentik accepts"),
        ("", "is empty"),
        ("\n", "is empty"),
    ])
    func `what no client can log in with`(text: String, fault: String) throws {
        #expect(outcome(.environment("S"), ["S": text]).reason == "the secret (env S) \(fault)")
        let path = "\(folder)/secret"
        try Data(text.utf8).write(to: URL(filePath: path))
        #expect(outcome(.file(path)).reason == "the secret (file \(path)) \(fault)")
    }

    @Test func `bytes that are no text`() throws {
        let path = "\(folder)/secret"
        try Data([0x61, 0xFF, 0x62]).write(to: URL(filePath: path))
        let fault = "contains a character that is not ASCII, so that no client can log in with it"
        #expect(outcome(.file(path)).reason == "the secret (file \(path)) \(fault)")
    }

    @Test func `a file of gigabytes is not read`() throws {
        let path = "\(folder)/large"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        // Of holes: it takes no room, and reading it would take minutes and all memory.
        try #require(truncate(path, 3 << 30) == 0)
        let begin = ContinuousClock.now
        #expect(outcome(.file(path)).reason?.hasSuffix("contains a line break or another control character") == true)
        #expect(begin.duration(to: .now) < .seconds(5))
    }

    @Test func `what is no regular file is not waited for`() throws {
        let path = "\(folder)/pipe"
        try #require(mkfifo(path, 0o600) == 0)
        for path in [path, folder, "/dev/zero"] {
            let fault = "cannot be read: it is not a regular file"
            #expect(outcome(.file(path)).reason == "the secret (file \(path)) \(fault)")
        }
    }

    @Test func `what is not there, or not for us`() throws {
        #expect(outcome(.environment("S")).reason == "the secret (env S) is not set")
        #expect(outcome(.file("/nowhere/s")).reason == "the secret (file /nowhere/s) does not exist")
    }

    @Test func `each reference is looked up where it is kept, and each Secret read once`() async throws {
        let server = try CannedServer(.json(200, kubernetesSecret(["A": "a", "B": "b"])))
        let reader = KubernetesSecretReader(KubernetesAccess(try client(of: server)))
        let resolver = SecretResolver(environment: ["S": "s"], reader: reader)
        let path = "\(folder)/secret"
        try Data("f".utf8).write(to: URL(filePath: path))
        let resolved = await resolver.resolve([.environment("S"), .file(path), Self.key("A"), Self.key("B")])
        let version = SecretVersion(uid: "u", resourceVersion: "7")
        let expected: [SecretReference: SecretLook] = [
            .environment("S"): .present(Secret("s")), .file(path): .present(Secret("f")),
            Self.key("A"): .present(Secret("a"), version: version),
            Self.key("B"): .present(Secret("b"), version: version),
        ]
        #expect(resolved.looks == expected)
        #expect(resolved.placeholders.isEmpty)
        #expect(server.requests.count == 1)
    }

    @Test func `what Kubernetes lacks is waited for until the patience ends, and anew once it was there`() async throws
    {
        let (empty, whole) = (kubernetesSecret([:]), kubernetesSecret(["A": "a"]))
        let server = try CannedServer(
            .json(200, empty),
            .json(200, empty),
            .json(200, whole),
            .json(200, empty),
            .json(403, "{}")
        )
        let begin = ContinuousClock.now
        let time = Mutex(begin)
        let access = KubernetesAccess(try client(of: server))
        let reader = KubernetesSecretReader(access, maximumAge: .zero)
        var resolver = SecretResolver(environment: [:], reader: reader)
        resolver.patience = SecretPatience(limit: .seconds(60), now: { time.withLock { $0 } })
        let missing = "the secret (kubernetes n/s A) has no such key"
        func look() async -> SecretLook? { await resolver.resolve([Self.key("A")]).looks[Self.key("A")] }

        #expect(await look() == .waiting(reason: "\(missing) yet"))
        time.withLock { $0 += .seconds(60) }
        #expect(await look() == .missing(reason: missing))
        let version = SecretVersion(uid: "u", resourceVersion: "7")
        #expect(await look() == .present(Secret("a"), version: version))
        #expect(await look() == .waiting(reason: "\(missing) yet"))
        guard case .unreadable = await look() else {
            Issue.record("what may not be read is not waited for")
            return
        }
    }

    @Test func `where no Kubernetes can be asked`() async {
        let subject = "the secret (kubernetes n/s A)"
        let none = await SecretResolver(environment: [:]).resolve([Self.key("A")])
        #expect(none.looks == [Self.key("A"): .missing(reason: "\(subject) is not looked up here")])
        let reader = KubernetesSecretReader(KubernetesAccess { nil })
        let lost = await SecretResolver(environment: [:], reader: reader).resolve([Self.key("A")])
        let fault = KubernetesConfigurationError.notFound
        #expect(lost.looks == [Self.key("A"): .unreadable(reason: "\(subject) cannot be read: \(fault)")])
    }

    @Test func `a stand-in is made up for what is missing, and for nothing else`() async {
        var resolver = SecretResolver(environment: ["S": "s", "BAD": "a\nb"])
        resolver.placeholder = { Secret("made up for \($0)") }
        let names = ["S", "BAD", "B", "A"]
        let resolved = await resolver.resolve(Set(names.map(SecretReference.environment)))
        #expect(resolved.placeholders == [.environment("A"), .environment("B")])
        #expect(resolved.looks[.environment("A")] == .present(Secret("made up for env A")))
        #expect(resolved.looks[.environment("S")] == .present(Secret("s")))
        guard case .unusable = resolved.looks[.environment("BAD")] else {
            Issue.record("what is there is not replaced")
            return
        }
    }

    private static func key(_ key: String) -> SecretReference { .kubernetes(namespace: "n", name: "s", key: key) }

    private func client(of server: CannedServer) throws -> KubernetesClient {
        var configuration = KubernetesConfiguration(server: server.url, credentials: .none)
        configuration.transport.proxy = .none
        return try KubernetesClient(configuration: configuration)
    }

    private func kubernetesSecret(_ data: [String: String]) -> String {
        let values = data.map { #""\#($0)":"\#(Data($1.utf8).base64EncodedString())""# }.joined(separator: ",")
        return #"{"metadata":{"name":"s","uid":"u","resourceVersion":"7"},"data":{\#(values)}}"#
    }
}
