import Foundation
import Testing

@testable import Controller
@testable import Status

private final class Watch {
    private var watch: FileWatch

    init(_ paths: FileWatch.Paths) {
        watch = FileWatch(paths)
    }

    @discardableResult
    func look(at paths: FileWatch.Paths) -> [Trigger] { watch.look(at: paths) }
}

/// The ways in which files change, each noticed by the second look after it, once.
@Suite(.timeLimit(.minutes(60))) final class FileWatchTests {
    private let folder: URL
    private var file: URL { folder.appending(path: "services.yaml") }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "watch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write("one", to: file)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    private func write(_ text: String, to file: URL) throws { try Data(text.utf8).write(to: file) }

    /// Expects that a change is told of once, when it rests.
    private func expectNoticed(
        _ paths: FileWatch.Paths,
        as trigger: Trigger = .file,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ change: () throws -> Void
    ) throws {
        let watch = Watch(paths)
        #expect(watch.look(at: paths) == [], sourceLocation: sourceLocation)
        try change()
        #expect(watch.look(at: paths) == [], "it may still be written to", sourceLocation: sourceLocation)
        #expect(watch.look(at: paths) == [trigger], sourceLocation: sourceLocation)
        #expect(watch.look(at: paths) == [], sourceLocation: sourceLocation)
    }

    private var paths: FileWatch.Paths { FileWatch.Paths(configuration: [file.path]) }

    @Test func `a write in place`() throws {
        try expectNoticed(paths) {
            let handle = try FileHandle(forWritingTo: file)
            try handle.write(contentsOf: Data("two".utf8))
            try handle.close()
        }
    }

    @Test func `a rename over it, as vi and sed do`() throws {
        try expectNoticed(paths) {
            let other = folder.appending(path: ".services.yaml.swp")
            try write("one", to: other)
            #expect(rename(other.path, file.path) == 0)
        }
    }

    @Test func `a removal, and that it is there again`() throws {
        let watch = Watch(paths)
        try FileManager.default.removeItem(at: file)
        watch.look(at: paths)
        #expect(watch.look(at: paths) == [.file])
        try write("one", to: file)
        watch.look(at: paths)
        #expect(watch.look(at: paths) == [.file])
    }

    @Test func `a ConfigMap's update: the symlink '..data' is swapped`() throws {
        for (version, text) in [("..1", "one"), ("..2", "two")] {
            let data = folder.appending(path: version)
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            try write(text, to: data.appending(path: "homelab.yaml"))
        }
        #expect(symlink("..1", folder.appending(path: "..data").path) == 0)
        #expect(symlink("..data/homelab.yaml", folder.appending(path: "homelab.yaml").path) == 0)
        let mounted = FileWatch.Paths(configuration: [folder.appending(path: "homelab.yaml").path])
        try expectNoticed(mounted) {
            #expect(symlink("..2", folder.appending(path: "..data_tmp").path) == 0)
            #expect(rename(folder.appending(path: "..data_tmp").path, folder.appending(path: "..data").path) == 0)
        }
    }

    @Test func `a directory that gains, changes and loses a file`() throws {
        let directory = FileWatch.Paths(configuration: [folder.path])
        let other = folder.appending(path: "more.yml")
        try expectNoticed(directory) { try write("a", to: other) }
        try expectNoticed(directory) { try write("ab", to: other) }
        try expectNoticed(directory) { try FileManager.default.removeItem(at: other) }
    }

    @Test func `the token's file and the secrets' files are told apart`() throws {
        let token = folder.appending(path: "token")
        let secret = folder.appending(path: "secret")
        try write("t", to: token)
        let paths = FileWatch.Paths(configuration: [file.path], token: token.path, secrets: [secret.path])
        try expectNoticed(paths, as: .token) { try write("t2", to: token) }
        try expectNoticed(paths, as: .secret) { try write("it is there now", to: secret) }
    }

    @Test func `a path that is watched from now on is no change`() throws {
        let secret = folder.appending(path: "secret")
        try write("s", to: secret)
        let watch = Watch(paths)
        let more = FileWatch.Paths(configuration: [file.path], secrets: [secret.path])
        for _ in 0..<3 { #expect(watch.look(at: more) == []) }
        try write("s2", to: secret)
        watch.look(at: more)
        #expect(watch.look(at: more) == [.secret])
        for _ in 0..<3 { #expect(watch.look(at: paths) == []) }
    }

    @Test func `what does not rest is not told of`() throws {
        let watch = Watch(paths)
        for length in 2..<6 {
            try write(String(repeating: "x", count: length), to: file)
            #expect(watch.look(at: paths) == [])
        }
        #expect(watch.look(at: paths) == [.file])
    }
}
