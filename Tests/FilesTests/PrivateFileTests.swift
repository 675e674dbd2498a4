import Files
import Foundation
import Testing

@Suite struct PrivateFileTests {
    private func mode(_ file: URL) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int)
    }

    private func bytes(_ line: String) -> [UInt8] { [UInt8]("\(line)\n".utf8) }

    private func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

    @Test func `it is for its owner only, and is written only if it has to be`() throws {
        try withFolder { folder in
            let file = folder.appending(path: "token")
            #expect(try PrivateFile.hold(bytes("one"), at: file.path))
            #expect(try text(file) == "one\n")
            #expect(try mode(file) == 0o600)
            #expect(try !PrivateFile.hold(bytes("one"), at: file.path))
            #expect(try PrivateFile.hold(bytes("two, which is longer"), at: file.path))
            #expect(try PrivateFile.hold(bytes("two"), at: file.path))
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
            #expect(try PrivateFile.hold(bytes("one"), at: file.path))
            #expect(try mode(file) == 0o600)
        }
    }

    @Test func `where it cannot be written it says so, and leaves nothing behind`() throws {
        try withFolder { folder in
            let fifo = folder.appending(path: "pipe").path
            try #require(mkfifo(fifo, 0o600) == 0)
            for (path, says) in [
                ("/nowhere/token", "No such file or directory"), ("/dev/null", "it is not a regular file"),
                (folder.path, "it is not a regular file"), (fifo, "it is not a regular file"),
            ] {
                let error = #expect(throws: FileFailure.self) { try PrivateFile.write(bytes("one"), to: path) }
                #expect(error?.description == says)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["pipe"])
        }
    }

    @Test func `a link of one's own stays, and what it leads to is made and replaced`() throws {
        try withFolder { folder in
            let file = folder.appending(path: "file")
            for (name, target) in [("relative", "file"), ("absolute", file.path), ("chain", "relative")] {
                let link = folder.appending(path: name)
                try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: target)
                try PrivateFile.write(bytes(name), to: link.path)
                #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == target)
                #expect(try text(file) == "\(name)\n")
                #expect(try mode(file) == 0o600)
            }
            let loop = folder.appending(path: "loop").path
            try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: "loop")
            #expect(throws: FileFailure.self) { try PrivateFile.write(bytes("loop"), to: loop) }
        }
    }

    @Test(.enabled("needs root, to make something another user's") { geteuid() == 0 })
    func `a link of another user is not followed`() throws {
        try withFolder { folder in
            let victim = folder.appending(path: "victim")
            try Data("mine\n".utf8).write(to: victim)
            for target in ["victim", "absent"] {
                let link = folder.appending(path: "link-to-\(target)").path
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
                try #require(lchown(link, 65_534, 65_534) == 0)
                let error = #expect(throws: FileFailure.self) { try PrivateFile.write(bytes("theirs"), to: link) }
                #expect(error?.description.contains("is a symbolic link owned by another user") == true)
            }
            #expect(try text(victim) == "mine\n")
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "absent").path))
        }
    }
}
