import CurlTransport
import Foundation
import KubernetesAPI
import Secrets
import Synchronization
import TestSupport
import Testing

@testable import SecretSources

@Suite("SecretSources: Kubernetes", .timeLimit(.minutes(60)))
struct KubernetesSecretReaderTests {
    @Test("A value is there, without the line break at its end")
    func available() async throws {
        let server = try CannedServer(.json(200, json(7, ["KEY": "hunter2\n"])))
        let value = try #require(try await makeReader(server).look(for: "KEY"))
        let version = SecretVersion(uid: "u", resourceVersion: "7")
        #expect(value == .present(Secret("hunter2"), version: version))
        #expect(!"\(value) \(String(reflecting: value))".contains("hunter2"))
    }

    @Test(
        "What is not there is missing",
        arguments: [
            (CannedReply.json(404, #"{"kind":"Status","code":404,"message":"x"}"#), "does not exist"),
            (.json(200, json(7, ["OTHER": "x"])), "has no such key"), (.json(200, json(7, ["KEY": "\n"])), "is empty"),
        ]
    )
    func missing(reply: CannedReply, reason: String) async throws {
        let server = try CannedServer(reply)
        let value = try await makeReader(server).look(for: "KEY")
        #expect(value == .missing(reason: "the secret (kubernetes n/s KEY) \(reason)"))
        #expect(server.requests.count == 1)
    }

    @Test("What can be no client secret is unusable")
    func unusable() async throws {
        let server = try CannedServer(.json(200, json(7, ["KEY": "geheiß"])))
        let value = try await makeReader(server).look(for: "KEY")
        let fault = "contains a character that is not ASCII, so that no client can log in with it"
        #expect(value == .unusable(reason: "the secret (kubernetes n/s KEY) \(fault)"))
    }

    @Test("What may not be read is unreadable, and asked for again")
    func unreadable() async throws {
        let server = try CannedServer(
            .json(403, #"{"kind":"Status","code":403,"message":"no"}"#),
            .json(200, json(7, ["KEY": "x"]))
        )
        let reader = try makeReader(server)
        guard case .unreadable(let reason) = try await reader.look(for: "KEY") else {
            Issue.record("it was read")
            return
        }
        #expect(reason.contains("cannot be read: "))
        #expect(reason.contains("needs 'get' on secrets 's' in namespace 'n'"))
        guard case .present = try await reader.look(for: "KEY") else {
            Issue.record("it was not read")
            return
        }
    }

    @Test("Several keys are one look, which holds for a while")
    func cache() async throws {
        let server = try CannedServer(
            .json(200, json(7, ["A": "a", "B": "b"])),
            .json(200, json(8, ["A": "new"]))
        )
        let now = ContinuousClock.now
        let time = Mutex(now)
        let reader = KubernetesSecretReader(KubernetesAccess(try makeClient(server)), now: { time.withLock { $0 } })
        let first = SecretVersion(uid: "u", resourceVersion: "7")
        for (key, value) in [("A", "a"), ("B", "b")] {
            let actual = try await reader.look(for: key)
            #expect(actual == .present(Secret(value), version: first))
        }
        #expect(server.requests.count == 1)

        time.withLock { $0 = now + .seconds(5) }
        let second = SecretVersion(uid: "u", resourceVersion: "8")
        let actual = try await reader.look(for: "A")
        #expect(actual == .present(Secret("new"), version: second))
    }

    @Test("While the API does not answer, the last look holds")
    func outdated() async throws {
        let server = try CannedServer(
            .json(200, json(7, ["A": "a"])),
            .json(503, #"{"kind":"Status","code":503,"message":"x"}"#),
            .json(403, #"{"kind":"Status","code":403,"message":"x"}"#)
        )
        var client = try makeClient(server)
        client.maximumAttempts = 1
        let reader = KubernetesSecretReader(KubernetesAccess(client), maximumAge: .zero)
        _ = try await reader.look(for: "A")
        let version = SecretVersion(uid: "u", resourceVersion: "7")
        #expect(try await reader.look(for: "A") == .present(Secret("a"), version: version))
        #expect(server.requests.count == 2)
        guard case .unreadable = try await reader.look(for: "A") else {
            Issue.record("it may not be read any longer")
            return
        }
    }

    @Test("A change is told once, and then known without another look")
    func watch() async throws {
        let lines = [7, 8].map { version in
            #"{"type":"MODIFIED","object":\#(json(version, ["A": "a\(version)"]))}"# + "\n"
        }
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
        let server = try CannedServer { request in
            if request.target.contains("watch=true") {
                return .steps([head, lines[0], lines[1]].map { [UInt8]($0.utf8) })
            }
            let list = #"{"metadata":{"resourceVersion":"7"},"items":[\#(json(7, ["A": "a7"]))]}"#
            return .json(200, request.path.hasSuffix("/secrets") ? list : json(7, ["A": "a7"]))
        }
        let reader = try makeReader(server)
        _ = try await reader.look(for: "A")
        let (changes, continuation) = AsyncStream<ObjectName>.makeStream()
        let task = Task {
            await reader.watch([ObjectName(namespace: "n", name: "s")]) { continuation.yield($0) }
        }
        await server.received(3)
        server.release()
        server.release()
        for await object in changes {
            #expect(object.description == "n/s")
            break
        }
        let value = try await reader.look(for: "A")
        let version = SecretVersion(uid: "u", resourceVersion: "8")
        #expect(value == .present(Secret("a8"), version: version))
        #expect(server.requests.count == 3)
        task.cancel()
        await task.value
        await server.disconnected(1)
    }
}

extension KubernetesSecretReaderTests {
    @Test("A change is told, too, if somebody has read it before its watch shows it")
    func readMeanwhile() async throws {
        let event = #"{"type":"MODIFIED","object":\#(json(8, ["A": "a8"]))}"# + "\n"
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
        let version = Mutex(7)
        let server = try CannedServer { request in
            if request.target.contains("watch=true") { return .steps([head, event].map { [UInt8]($0.utf8) }) }
            let now = version.withLock { $0 }
            let secret = json(now, ["A": "a\(now)"])
            let list = #"{"metadata":{"resourceVersion":"\#(now)"},"items":[\#(secret)]}"#
            return .json(200, request.path.hasSuffix("/secrets") ? list : secret)
        }
        let reader = KubernetesSecretReader(KubernetesAccess(try makeClient(server)), maximumAge: .zero)
        _ = try await reader.look(for: "A")
        let (changes, continuation) = AsyncStream<ObjectName>.makeStream()
        let task = Task {
            await reader.watch([ObjectName(namespace: "n", name: "s")]) { continuation.yield($0) }
        }
        await server.received(3)
        version.withLock { $0 = 8 }
        let known = try await reader.look(for: "A")
        #expect(known == .present(Secret("a8"), version: SecretVersion(uid: "u", resourceVersion: "8")))
        server.release()
        for await object in changes {
            #expect(object.description == "n/s")
            break
        }
        task.cancel()
        await task.value
    }
}

extension KubernetesSecretReader {
    /// Looks for one key of the Secret `n/s`.
    fileprivate func look(for key: String) async throws -> SecretLook? {
        try await looks(for: [key], of: ObjectName(namespace: "n", name: "s"))[key]
    }
}

private func makeClient(_ server: CannedServer) throws -> KubernetesClient {
    var configuration = KubernetesConfiguration(server: server.url, credentials: .none)
    configuration.transport.proxy = .none
    return try KubernetesClient(configuration: configuration)
}

private func makeReader(_ server: CannedServer) throws -> KubernetesSecretReader {
    let now = ContinuousClock.now
    return KubernetesSecretReader(KubernetesAccess(try makeClient(server)), now: { now })
}

private func json(_ version: Int, _ data: [String: String]) -> String {
    let values = data.map { #""\#($0)":"\#(Data($1.utf8).base64EncodedString())""# }.joined(separator: ",")
    let metadata = #"{"name":"s","namespace":"n","uid":"u","resourceVersion":"\#(version)"}"#
    return #"{"kind":"Secret","metadata":\#(metadata),"data":{\#(values)}}"#
}
