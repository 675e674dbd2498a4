import Glibc
import TestSupport
import Testing

@testable import CurlTransport

@Suite("CurlTransport: its life", .timeLimit(.minutes(60)))
struct LifetimeTests {
    @Test("Dropped with nothing under way, it closes its connections")
    func closesConnections() async throws {
        let server = try CannedServer(.text(200, "ok"))
        do {
            let transport = try makeTransport()
            _ = try await transport.get(server.url)
        }
        await server.disconnected(1)
    }

    /// In a process of its own, where nobody else opens files.
    @Test("Its thread ends and nothing stays open")
    func leavesNothing() async {
        await #expect(processExitsWith: .success) {
            let server = try CannedServer(.text(200, "ok"))
            // Whatever libcurl and the resolver keep for the process is there after the first time.
            try await useAndDrop(server, count: 1)
            await server.disconnected(1)
            let before = openFiles()
            try await useAndDrop(server, count: 20)
            await server.disconnected(21)
            while openFiles() > before { await Task.yield() }
            // What was still being closed when they were counted is gone by now.
            #expect(openFiles() <= before)
        }
    }

    @Test("Dropped without ever being used, it ends as well")
    func unused() async {
        await #expect(processExitsWith: .success) {
            _ = try makeTransport()
            let before = openFiles()
            for _ in 1...20 { _ = try makeTransport() }
            while openFiles() > before { await Task.yield() }
        }
    }

    @Test("A process may end with a transport alive and a request under way")
    func processEnds() async {
        await #expect(processExitsWith: .success) {
            let server = try CannedServer(.silence)
            let transport = try makeTransport()
            Task { try await transport.get(server.url) }
            await server.received(1)
            exit(EXIT_SUCCESS)
        }
    }

    @Test("Who comes after the end is told so")
    func closed() async throws {
        let mailbox = try Mailbox()
        mailbox.close()
        let error = await #expect(throws: TransportError.self) {
            try await withCheckedThrowingContinuation { mailbox.submit(1, HTTPRequest("GET", "http://x/"), $0) }
        }
        #expect(error?.message == "the HTTP client is closed")
    }
}

private func useAndDrop(_ server: CannedServer, count: Int) async throws {
    for _ in 0..<count {
        let transport = try makeTransport()
        _ = try await transport.get(server.url)
    }
}

private func openFiles() -> Int {
    guard let directory = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count
}
