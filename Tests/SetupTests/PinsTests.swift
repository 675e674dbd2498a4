import Foundation
import JSON
import Testing

/// A build of this commit next year has to take the packages of today, though no Package.resolved is kept.
@Suite struct PinsTests {
    @Test func `each package that is resolved is pinned to that version`() throws {
        // Tests/SetupTests/PinsTests.swift, two levels below the package.
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let manifest = try String(contentsOf: package.appending(path: "Package.swift"), encoding: .utf8)
        let resolved = try JSONValue(parsing: Data(contentsOf: package.appending(path: "Package.resolved")))
        let pins = try #require(resolved["pins"]?.array)
        #expect(pins.count > 20)
        for pin in pins {
            var location = try #require(pin["location"]?.string)
            if location.hasSuffix(".git") { location.removeLast(4) }
            let version = try #require(pin["state"]?["version"]?.string)
            let lines = manifest.split(separator: "\n").filter { $0.contains("\"\(location)\",") }
            #expect(lines.count == 1, "\(location) stands in Package.swift \(lines.count) times")
            #expect(lines.first?.contains("\"\(version)\"") == true, "\(location) is resolved to \(version)")
        }
    }
}
