import Foundation
import Testing

@testable import BuildIdentity

@Suite struct BuildTests {
    @Test func `the version is that of the file at the top of the repository`() throws {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = try String(contentsOf: repository.appending(path: "VERSION"), encoding: .utf8)
        #expect(file == Build.version + "\n")
        let numbers = Build.version.split(separator: ".", omittingEmptySubsequences: false)
        #expect(numbers.count == 3 && numbers.allSatisfy { Int($0) != nil })
    }

    @Test func `servers see the product and its version`() {
        #expect(Build.userAgent == "reconcile/\(Build.version)")
    }

    @Test(arguments: [
        ("", "0.6.0 (development build)"), ("1a2b3c4d5e6f", "0.6.0 (1a2b3c4d5e6f)"),
        ("1a2b3c4d5e6f-dirty", "0.6.0 (1a2b3c4d5e6f-dirty)"),
    ])
    func `the commit is what the build named`(commit: String, description: String) {
        #expect(Build.description(version: "0.6.0", commit: Build.commit(commit)) == description)
    }

    @Test(arguments: ["0.6.0", "0.6.0\n", "0.6.0\r\n"])
    func `the version ends with its line`(text: String) {
        #expect(Build.text([UInt8](text.utf8)) == "0.6.0")
    }
}
