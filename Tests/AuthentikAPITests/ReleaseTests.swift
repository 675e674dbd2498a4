import Testing

@testable import AuthentikAPI

@Suite("Release")
struct ReleaseTests {
    @Test(
        "Reads year and month",
        arguments: [
            ("2025.12.4", 2025, 12), ("2026.5.0-rc1", 2026, 5), ("2024.12", 2024, 12), ("2026.2.0+x.y", 2026, 2),
        ]
    )
    func parsing(text: String, year: Int, month: Int) throws {
        let release = try #require(Release(text))
        #expect(release.year == year)
        #expect(release.month == month)
        #expect(release.description == text)
    }

    @Test(
        "Refuses other texts",
        arguments: ["", "2025", "v2025.12.4", "2025.x", "1.2.3", "0.0.0", "2025-12-4", "latest"]
    )
    func refused(text: String) {
        #expect(Release(text) == nil)
    }

    @Test("Is ordered by year and month")
    func order() throws {
        let texts = ["2026.5.0-rc1", "2024.12.5", "2025.12.4", "2025.2.1"]
        let releases = try texts.map { try #require(Release($0)) }
        #expect(releases.sorted().map(\.description) == ["2024.12.5", "2025.2.1", "2025.12.4", "2026.5.0-rc1"])
        let patches = try ["2025.12.0", "2025.12.4"].map { try #require(Release($0)) }
        #expect(!(patches[0] < patches[1]) && !(patches[1] < patches[0]))
    }

    @Test(
        "Knows which it was tried on",
        arguments: [
            ("2024.12.5", true), ("2026.8.6", true), ("2026.8.9", true), ("2026.11.0", false), ("2027.2.0", false),
        ]
    )
    func known(text: String, expected: Bool) throws {
        #expect(try #require(Release(text)).isKnown == expected)
    }

    @Test("Knows which are supported", arguments: [("2024.10.5", false), ("2024.12.5", true), ("2027.1.0", true)])
    func support(text: String, expected: Bool) throws {
        #expect(try #require(Release(text)).isSupported == expected)
    }
}
