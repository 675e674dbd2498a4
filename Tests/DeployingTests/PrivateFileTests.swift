import Foundation
import Secrets
import Testing

@testable import Deploying

@Suite(.timeLimit(.minutes(60))) struct PrivateFileTests {
    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "private-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private func mode(_ file: URL) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int)
    }

    private func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

    @Test func `it is for its owner only, and is written only if it has to be`() throws {
        try withFolder { folder in
            let file = folder.appending(path: "token")
            #expect(try PrivateFile.hold(Secret("one"), at: file.path))
            #expect(try text(file) == "one\n")
            #expect(try mode(file) == 0o600)
            #expect(try !PrivateFile.hold(Secret("one"), at: file.path))
            #expect(try PrivateFile.hold(Secret("two, which is longer"), at: file.path))
            #expect(try PrivateFile.hold(Secret("two"), at: file.path))
            #expect(try text(file) == "two\n")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names == ["token"])
        }
    }

    @Test func `a file that others can read is replaced`() throws {
        try withFolder { folder in
            let file = folder.appending(path: "token")
            try Data("one\n".utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
            #expect(try PrivateFile.hold(Secret("one"), at: file.path))
            #expect(try mode(file) == 0o600)
        }
    }

    @Test func `where it cannot be written it says so`() throws {
        let error = #expect(throws: PrivateFile.Failure.self) {
            _ = try PrivateFile.hold(Secret("one"), at: "/nowhere/token")
        }
        #expect(error?.description == "the file '/nowhere/token' cannot be written: No such file or directory")
    }
}
