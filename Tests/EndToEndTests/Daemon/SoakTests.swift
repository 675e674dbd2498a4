import AuthentikSandbox
import Foundation
import JSON
import TestSupport
import Testing

/// A daemon that runs for long, with faults, drift and file edits, grows in nothing.
///
/// 100 passes unless told otherwise; for long: `RECONCILE_SOAK_PASSES=2000 swift test --filter SoakTests`, which prints
/// what it saw.
@Suite(.timeLimit(.minutes(60))) struct SoakTests {
    private static let passes =
        ProcessInfo.processInfo.environment["RECONCILE_SOAK_PASSES"].flatMap { Int($0) } ?? 100

    /// What a daemon holds.
    private struct Usage: CustomStringConvertible {
        var megabytes: Double
        var threads: Double
        var descriptors: Double

        init(_ daemon: DaemonProcess) async throws {
            megabytes = try #require(try await daemon.metric("process_resident_memory_bytes")) / 1_048_576
            threads = try #require(try await daemon.metric("process_threads"))
            descriptors = try #require(try await daemon.metric("process_open_fds"))
        }

        var description: String { "\(Int(megabytes)) MiB, \(Int(threads)) threads, \(Int(descriptors)) descriptors" }
    }

    @Test func `passes with faults leave nothing behind`() async throws {
        try await withWorkplace { workplace in
            let daemon = try workplace.daemon("--log-level", "notice")
            try workplace.write(Self.services(50))
            try await daemon.status("in sync") { $0["isInSync"] == true && $0["totals"]?["services"] == 50 }
            try workplace.set(
                "unavailable=503,retry-after=0,share=0.01",
                "reset=after,share=0.005",
                "cut,share=0.005",
                "truncated,share=0.005",
                "html=500,share=0.005"
            )
            // Pools, caches and the allocator's arenas have their size after a while.
            try await run(daemon, workplace, Self.passes / 2)
            let before = try await Usage(daemon)
            try await run(daemon, workplace, Self.passes / 2)
            let after = try await Usage(daemon)
            print("soak of \(Self.passes) passes; half way: \(before); at the end: \(after)")
            #expect(after.megabytes < before.megabytes * 1.15 + 4)
            #expect(after.threads <= before.threads + 2)
            #expect(after.descriptors <= before.descriptors + 4)
            try workplace.set()
            try await daemon.pass()
            try await daemon.status("in sync") { $0["isInSync"] == true }
            #expect(try await daemon.end() == 0)
        }
    }

    /// Now and then somebody changes a service by hand, or edits the file.
    private func run(_ daemon: DaemonProcess, _ workplace: Workplace, _ count: Int) async throws {
        for number in 0..<count {
            if number.isMultiple(of: 10) {
                // The faults meet the admin, too.
                try? await workplace.admin.changeApplication("s\(number % 50)", ["group": "Elsewhere"])
            }
            if number.isMultiple(of: 50) { try workplace.write(Self.services(50, group: "G\(number)")) }
            try await daemon.pass()
        }
    }

    private static func services(_ count: Int, group: String = "Apps") -> String {
        let head = "apiVersion: reconcile/v1\nowner: homelab\nhost: sso.example.net\nservices:\n"
        return (0..<count).reduce(into: head) { text, number in
            text += "  - {slug: s\(number), group: \(group), port: \(9000 + number), redirectPath: /callback, "
            text += "secretRef: {file: SECRET}}\n"
        }
    }
}
