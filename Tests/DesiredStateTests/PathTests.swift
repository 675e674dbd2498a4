import DesiredState
import FoundationEssentials
import Testing

/// Files and directories of a real file system.
final class PathTests {
    private let folder: String
    private static let valid = "apiVersion: reconcile/v1\nowner: o\nhost: h\nservices: [{slug: SLUG, port: 1}]\n"

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
        #expect(messages("no.yaml") == ["no.yaml: error: the file cannot be read: No such file or directory"])
        #expect(DesiredStateLoader.load(paths: []).diagnostics.map(\.message) == ["no file to read"])
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
        #expect(messages("a.yaml", "./a.yaml") == ["./a.yaml: warning: the same file is given twice"])
    }

    @Test func `a file that never ends`() {
        let result = DesiredStateLoader.load(paths: ["/dev/zero"])
        #expect(result.diagnostics.map(\.message) == ["the file is larger than 4194304 bytes"])
    }
}
