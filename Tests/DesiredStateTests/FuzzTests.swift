import DesiredState
import FoundationEssentials
import Kinds
import Testing

/// Broken input: nothing crashes, and what is said about it is said of places that exist.
struct FuzzTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        /// SplitMix64: the same numbers in each run.
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private func homelab() throws -> [UInt8] {
        Array(try #require(FileManager.default.contents(atPath: HomelabTests.path)))
    }

    /// Loads bytes and looks at the places of all diagnostics; the first bad one is returned.
    private func misplaced(_ bytes: [UInt8]) -> Diagnostic? {
        let result = DesiredStateLoader.load(sources: [.init(path: "x.yaml", bytes: bytes)])
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self).unicodeScalars.count }
        let hasErrors = result.diagnostics.contains { $0.severity == .error }
        if hasErrors == (result.state != nil) { return Diagnostic(.error, file: "x.yaml", message: "neither nor") }
        _ = DiagnosticRenderer(isColored: true).render(result.diagnostics)
        return result.diagnostics.first { diagnostic in
            guard let line = diagnostic.line, let column = diagnostic.column else { return false }
            // A flipped byte may be a line break of YAML's that is none here.
            let isInside = lines.indices.contains(line - 1) && (1...lines[line - 1] + 1).contains(column)
            return !isInside && !bytes.contains(where: { [0x0D, 0x85, 0xA8, 0xA9].contains($0) })
        }
    }

    @Test func `the file cut off at each byte`() throws {
        let bytes = try homelab()
        for length in bytes.indices { #expect(misplaced(Array(bytes[..<length])) == nil, "\(length) bytes") }
    }

    @Test(arguments: 0..<20)
    func `the file with bytes changed`(seed: UInt64) throws {
        var random = Random(state: seed)
        let original = try homelab()
        for _ in 0..<100 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            #expect(misplaced(bytes) == nil, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<20)
    func `the file with YAML's own characters strewn in`(seed: UInt64) throws {
        var random = Random(state: seed)
        let original = try homelab()
        let characters = Array("{}[],:-?&*!|>'\"%@`#\\ \n\t~<=".utf8)
        for _ in 0..<100 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                bytes.insert(characters[Int.random(in: characters.indices, using: &random)], at: index)
            }
            #expect(misplaced(bytes) == nil, "seed \(seed)")
        }
    }
}
