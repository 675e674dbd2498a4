import Files
import Foundation
import Testing

@Suite struct BoundedFileTests {
    @Test func `what fits is read, through a link too, and what is larger is not`() throws {
        try withFolder { folder in
            let file = folder.appending(path: "file").path
            let link = folder.appending(path: "link").path
            try Data(repeating: 7, count: 200_000).write(to: URL(filePath: file))
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
            for path in [file, link] {
                #expect(try BoundedFile.contents(of: path, limit: 200_000) == Array(repeating: 7, count: 200_000))
                for kind in [BoundedFile.Kind.regular, .any] {
                    let error = #expect(throws: FileFailure.self) {
                        try BoundedFile.contents(of: path, limit: 199_999, kind: kind)
                    }
                    #expect(error?.description == "it is larger than 199999 bytes")
                }
            }
        }
    }

    /// None of these would ever end.
    @Test func `what is not a regular file is refused at once`() throws {
        try withFolder { folder in
            let fifo = folder.appending(path: "pipe").path
            try #require(mkfifo(fifo, 0o600) == 0)
            for path in [fifo, "/dev/zero", folder.path] {
                let error = #expect(throws: FileFailure.self) { try BoundedFile.contents(of: path, limit: 10) }
                #expect(error?.description == "it is not a regular file")
            }
            let endless = #expect(throws: FileFailure.self) {
                try BoundedFile.contents(of: "/dev/zero", limit: 3 << 20, kind: .any)
            }
            #expect(endless?.description == "it is larger than 3 MB")
            let missing = #expect(throws: FileFailure.self) { try BoundedFile.contents(of: "\(fifo)s", limit: 10) }
            #expect(missing?.isMissing == true)
        }
    }

    @Test func `a pipe is read to its end, and not waited for without end`() throws {
        try withFolder { folder in
            let pipe = folder.appending(path: "pipe").path
            try #require(mkfifo(pipe, 0o600) == 0)
            let silent = #expect(throws: FileFailure.self) {
                try BoundedFile.contents(of: pipe, limit: 10, kind: .any)
            }
            #expect(silent?.description == "it is a pipe that nothing writes to")
            let writer = Thread {
                guard let file = fopen(pipe, "w") else { return }
                for part in ["one ", "two"] {
                    fputs(part, file)
                    fflush(file)
                    usleep(20_000)
                }
                fclose(file)
            }
            writer.start()
            #expect(try BoundedFile.contents(of: pipe, limit: 10, kind: .any) == Array("one two".utf8))
        }
    }

    @Test func `a check takes what can be read as a regular file, and reads nothing`() throws {
        try withFolder { folder in
            let file = folder.appending(path: "file").path
            let link = folder.appending(path: "link").path
            let pipe = folder.appending(path: "pipe").path
            try Data("x".utf8).write(to: URL(filePath: file))
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
            try #require(mkfifo(pipe, 0o600) == 0)
            for path in [file, link] { try BoundedFile.check(path) }
            for path in [pipe, "/dev/null", folder.path] {
                let error = #expect(throws: FileFailure.self) { try BoundedFile.check(path) }
                #expect(error?.description == "it is not a regular file")
            }
            let missing = #expect(throws: FileFailure.self) { try BoundedFile.check("\(pipe)s") }
            #expect(missing?.isMissing == true)
        }
    }

    @Test func `others can read a file only where they can get to it`() throws {
        try withFolder { folder in
            let inner = folder.appending(path: "inner")
            let file = inner.appending(path: "token")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: file)
            func set(_ folderMode: Int, _ fileMode: Int) throws {
                try FileManager.default.setAttributes([.posixPermissions: folderMode], ofItemAtPath: inner.path)
                try FileManager.default.setAttributes([.posixPermissions: fileMode], ofItemAtPath: file.path)
            }
            for (folderMode, fileMode, expected) in [
                (0o755, 0o644, true), (0o711, 0o604, true), (0o755, 0o640, false), (0o750, 0o644, false),
                (0o755, 0o600, false),
            ] {
                try set(folderMode, fileMode)
                #expect(FileExposure.isReadableByOthers(file.path) == expected, "\(folderMode) \(fileMode)")
            }
            #expect(!FileExposure.isReadableByOthers(folder.appending(path: "absent").path))
        }
    }
}
