import Base
import DesiredState
import Foundation
import Kinds
import Testing

/// Files and directories of a real file system.
final class PathTests {
    private let folder: String
    private static let valid = "apiVersion: reconcile/v1\nowner: o\nhost: h\nservices: [{slug: SLUG, host: SLUG}]\n"

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/reconcile-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func write(_ name: String, slug: String) throws {
        let parts = name.split(separator: "/")
        if parts.count > 1 {
            let directory = "\(folder)/\(parts[0])"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }
        let text = Self.valid.replacing("SLUG", with: slug)
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }

    private func messages(_ names: String...) -> [String] {
        DesiredStateLoader.load(paths: names.map { "\(folder)/\($0)" }).diagnostics.map { diagnostic in
            "\(diagnostic.file.dropFirst(folder.count + 1)): \(diagnostic.severity): \(diagnostic.message)"
        }
    }

    @Test func `what is not there`() {
        #expect(messages("no.yaml") == ["no.yaml: error: cannot read the file: No such file or directory"])
        #expect(DesiredStateLoader.load(paths: []).diagnostics.map(\.message) == ["no file given"])
    }

    @Test func `a directory without files`() throws {
        try write("notes.txt", slug: "a")
        try write(".hidden.yaml", slug: "a")
        try write("sub.yaml/a.yaml", slug: "a")
        #expect(messages("") == [": error: no .yaml or .yml file in this directory"])
    }

    @Test func `a directory is read by name`() throws {
        try write("b.yaml", slug: "b")
        try write("a.yml", slug: "c")
        let result = DesiredStateLoader.load(paths: [folder])
        #expect(result.diagnostics == [])
        #expect(result.state?.services.map(\.location.file) == ["\(folder)/b.yaml", "\(folder)/a.yml"])
    }

    @Test func `a mounted ConfigMap`() throws {
        try write("..2026/homelab.yaml", slug: "a")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: "\(folder)/..data", withDestinationPath: "..2026")
        try files.createSymbolicLink(atPath: "\(folder)/homelab.yaml", withDestinationPath: "..data/homelab.yaml")
        let result = DesiredStateLoader.load(paths: [folder])
        #expect(result.diagnostics == [])
        #expect(result.state?.services.map(\.slug) == ["a"])
    }

    @Test func `a file given twice is read once`() throws {
        try write("a.yaml", slug: "a")
        #expect(messages("a.yaml", "./a.yaml") == ["./a.yaml: warning: the file is given twice"])
    }

    @Test func `a pipe that nobody writes to`() throws {
        try #require(mkfifo("\(folder)/pipe.yaml", 0o600) == 0)
        #expect(
            messages("pipe.yaml") == [
                "pipe.yaml: error: cannot read the file: it is a pipe that nothing writes to"
            ]
        )
        try write("b.yaml", slug: "b")
        let result = DesiredStateLoader.load(paths: [folder])
        #expect(result.diagnostics.map(\.message) == ["cannot read the file: it is not a regular file"])
    }

    @Test func `a pipe is read to its end`() throws {
        let path = "\(folder)/pipe"
        try #require(mkfifo(path, 0o600) == 0)
        let text = Self.valid.replacing("SLUG", with: "a")
        let writer = Thread {
            guard let pipe = fopen(path, "w") else { return }
            fputs(text, pipe)
            fclose(pipe)
        }
        writer.start()
        let result = DesiredStateLoader.load(paths: [path])
        #expect(result.diagnostics == [])
        #expect(result.state?.services.map(\.slug) == ["a"])
    }

    @Test(arguments: [(100, 0), (101, 0), (5_000, 3), (10, 200), (0, 101)])
    func `of many mistakes the first are shown, and the rest counted`(errors: Int, warnings: Int) throws {
        let bad = (0..<errors).map { "{slug: e\($0), port: x}" }
        let odd = (0..<warnings).map { "{slug: w\($0), port: '\(2000 + $0)'}" }
        let text =
            "apiVersion: reconcile/v1\nowner: o\nhost: h\nservices: [\n\((odd + bad).joined(separator: ",\n"))]\n"
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/many.yaml"))
        let diagnostics = DesiredStateLoader.load(paths: ["\(folder)/many.yaml"]).diagnostics
        let shown = diagnostics.filter { $0.omitted == nil }
        #expect(shown.count == 100)
        #expect(shown.count { $0.severity == .error } == min(errors, 100))
        #expect(zip(shown, shown.dropFirst()).allSatisfy { ($0.line ?? 0) <= ($1.line ?? 0) })
        let parts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
        #expect(DiagnosticRenderer.summary(of: diagnostics) == parts.map { count($0.0, $0.1) }.joined(separator: ", "))
        let left = errors + warnings - 100
        #expect((diagnostics.count == 101) == (left > 0))
        if errors == 5_000 { #expect(diagnostics.last?.message == "4900 more errors and 3 more warnings, not shown") }
        if errors == 101 { #expect(diagnostics.last?.message == "1 more error, not shown") }
    }

    @Test func `a file that never ends`() {
        let result = DesiredStateLoader.load(paths: ["/dev/zero"])
        #expect(result.diagnostics.map(\.message) == ["the file is larger than 33554432 bytes"])
    }
}
