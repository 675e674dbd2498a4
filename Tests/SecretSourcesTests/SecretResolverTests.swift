import DesiredState
import Foundation
import Secrets
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

    private func outcome(_ reference: SecretReference, _ environment: [String: String] = [:]) -> Result<
        Secret, SecretError
    > {
        do throws(SecretError) {
            return .success(try SecretResolver(environment: environment).resolve(reference))
        } catch {
            return .failure(error)
        }
    }

    private func reason(_ outcome: Result<Secret, SecretError>) -> String? {
        guard case .failure(let error) = outcome else { return nil }
        return error.description
    }

    @Test(arguments: [
        "hunter2", "~ !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}", "two words", "x", String(repeating: "s", count: 255),
    ])
    func `what a client can log in with`(text: String) throws {
        for ending in ["", "\n", "\r\n"] {
            #expect(outcome(.environment("S"), ["S": text + ending]) == .success(Secret(text)))
            let path = "\(folder)/secret"
            try Data((text + ending).utf8).write(to: URL(filePath: path))
            #expect(outcome(.file(path)) == .success(Secret(text)))
        }
    }

    @Test(arguments: [
        ("geheiß", "has a character that is not ASCII, and no client can log in with it"),
        ("gehei\u{301}m", "has a character that is not ASCII, and no client can log in with it"),
        ("secret\u{A0}", "has a character that is not ASCII, and no client can log in with it"),
        ("a\tb", "has a line break or another control character in it"),
        ("a\nb", "has a line break or another control character in it"),
        ("secret\n\n", "has a line break or another control character in it"),
        ("secret\u{7F}", "has a line break or another control character in it"),
        (" secret", "begins or ends with a space, which Authentik takes off"),
        ("secret ", "begins or ends with a space, which Authentik takes off"),
        (String(repeating: "s", count: 256), "is longer than the 255 characters that Authentik takes"),
        ("", "is empty"),
        ("\n", "is empty"),
    ])
    func `what no client can log in with`(text: String, fault: String) throws {
        #expect(reason(outcome(.environment("S"), ["S": text])) == "the secret (env S) \(fault)")
        let path = "\(folder)/secret"
        try Data(text.utf8).write(to: URL(filePath: path))
        #expect(reason(outcome(.file(path))) == "the secret (file \(path)) \(fault)")
    }

    @Test func `bytes that are no text`() throws {
        let path = "\(folder)/secret"
        try Data([0x61, 0xFF, 0x62]).write(to: URL(filePath: path))
        let fault = "has a character that is not ASCII, and no client can log in with it"
        #expect(reason(outcome(.file(path))) == "the secret (file \(path)) \(fault)")
    }

    @Test func `a file of gigabytes is not read`() throws {
        let path = "\(folder)/large"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        // Of holes: it takes no room, and reading it would take minutes and all memory.
        try #require(truncate(path, 3 << 30) == 0)
        let begin = ContinuousClock.now
        #expect(reason(outcome(.file(path)))?.hasSuffix("has a line break or another control character in it") == true)
        #expect(begin.duration(to: .now) < .seconds(5))
    }

    @Test func `what is no regular file is not waited for`() throws {
        let path = "\(folder)/pipe"
        try #require(mkfifo(path, 0o600) == 0)
        for path in [path, folder, "/dev/zero"] {
            let fault = "cannot be read: it is not a regular file"
            #expect(reason(outcome(.file(path))) == "the secret (file \(path)) \(fault)")
        }
    }

    @Test func `what is not there, or not for us`() throws {
        #expect(reason(outcome(.environment("S"))) == "the secret (env S) is not set")
        #expect(reason(outcome(.file("/nowhere/s"))) == "the secret (file /nowhere/s) does not exist")
    }
}
