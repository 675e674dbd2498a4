import Secrets
import TestSupport
import Testing

@testable import KubernetesAPI

@Suite("KubernetesAPI: following a Secret", .timeLimit(.minutes(60)))
struct WatcherTests {
    @Test("Each change is seen once, and a watch that ended goes on from there")
    func changes() async throws {
        let script = Script(
            list: [.json(200, listJSON(291, secretJSON(276, "first")))],
            watch: [
                .watch(
                    event("MODIFIED", secretJSON(292, "second")),
                    event("MODIFIED", secretJSON(292, "second")),
                    event("DELETED", secretJSON(293, "second")),
                    event("NEW", "{}"),
                    event("ADDED", secretJSON(294, "third", uid: "u-2")),
                    isEnding: true
                ),
                .watch(bookmark(300), isEnding: true),
            ]
        )
        let following = try await Following.run(script, until: 4)
        #expect(following.seen == ["first@276", "second@292", "absent", "third@294"])
        #expect(following.requests == ["list", "watch 291", "watch 294", "watch 300"])
        #expect(following.failures.isEmpty)
        let target = following.server.requests[1].target
        #expect(target.hasPrefix("/api/v1/namespaces/monitoring/secrets?watch=true"))
        #expect(target.contains("&fieldSelector=metadata.name%3Dgrafana-secret&allowWatchBookmarks=true"))
        let list = "/api/v1/namespaces/monitoring/secrets?fieldSelector=metadata.name%3Dgrafana-secret"
        #expect(following.server.requests[0].target == list)
    }

    @Test("A Secret that is not there yet is waited for")
    func late() async throws {
        let script = Script(
            list: [.json(200, listJSON(10))],
            watch: [.watch(event("ADDED", secretJSON(11)), isEnding: true)]
        )
        let following = try await Following.run(script, until: 3)
        #expect(following.seen == ["absent", "value@11"])
    }

    @Test("What is known is no news", arguments: [("1", true), ("2", false)])
    func known(version: String, isKnown: Bool) async throws {
        let script = Script(list: [.json(200, listJSON(10, secretJSON(1)))])
        let known = KubernetesSecret(version: SecretVersion(uid: "u-1", resourceVersion: version), data: [:])
        let following = try await Following.run(script, from: .success(known), until: 2)
        #expect(following.seen == (isKnown ? [] : ["value@1"]))
    }

    @Test(
        "After 410 it lists again",
        arguments: [
            CannedReply.failure(410, "Expired"), .watch(event("ERROR", statusJSON(410, "Expired", "too old"))),
        ]
    )
    func gone(reply: CannedReply) async throws {
        let lists = [listJSON(10, secretJSON(1, "first")), listJSON(20, secretJSON(15, "second"))]
        let script = Script(list: lists.map { .json(200, $0) }, watch: [reply])
        let following = try await Following.run(script, until: 4)
        #expect(following.requests == ["list", "watch 10", "list", "watch 20"])
        #expect(following.seen == ["first@1", "second@15"])
        #expect(following.failures == [.gone])
    }

    @Test("A watch that is cut off goes on from its last event, and lists after the third time")
    func cut() async throws {
        let lists = [listJSON(10), listJSON(20)]
        let half = CannedReply.steps([[UInt8]((watchHead + event("ADDED", secretJSON(11)) + "ff\r\n{").utf8), []])
        let script = Script(list: lists.map { .json(200, $0) }, watch: [half, .close, .reset])
        let server = try CannedServer { script.reply(to: $0) }
        var watcher = SecretWatcher(grafana, client: try makeClient(server.url))
        let failures = Mutexed<[KubernetesError.Kind]>([])
        watcher.pause = { _ in try Task.checkCancellation() }
        watcher.onRetry = { error, _ in failures.change { $0.append(error.kind) } }
        let task = Task { [watcher] in
            await watcher.run { if case .success(_?) = $0 { server.release() } }
        }
        await server.received(6)
        task.cancel()
        await task.value
        let following = server.requests.map { Script.verb(of: $0).rawValue }
        #expect(following == ["list", "watch", "watch", "watch", "list", "watch"])
        #expect(failures.value == [.unreachable, .unreachable, .unreachable])
        #expect(server.requests[3].target.contains("resourceVersion=11&"))
        #expect(server.requests[5].target.contains("resourceVersion=20&"))
    }

    @Test("Too many requests, or a server that is not ready, are waited for", arguments: [429, 503])
    func throttled(code: Int) async throws {
        let script = Script(
            list: [.failure(code, "x", [("retry-after", "40")]), .json(200, listJSON(10))],
            watch: [.failure(code, "x", [("retry-after", "50")])]
        )
        let following = try await Following.run(script, until: 4)
        #expect(following.requests == ["list", "list", "watch 10", "watch 10"])
        #expect(following.waits == [.seconds(40), .seconds(50)])
    }

    @Test("Where it may not list, it looks again and again")
    func mayNotList() async throws {
        let script = Script(
            list: [.failure(403, "Forbidden"), .failure(403, "Forbidden"), .json(200, listJSON(10, secretJSON(2)))],
            get: [.json(200, secretJSON(1)), .json(200, secretJSON(1))]
        )
        let following = try await Following.run(script, until: 6)
        #expect(following.requests == ["list", "get", "list", "get", "list", "watch 10"])
        #expect(following.seen == ["value@1", "value@2"])
        #expect(following.waits == [.seconds(30), .seconds(30)])
    }

    @Test("Where it may list and not watch, it lists again and again")
    func mayNotWatch() async throws {
        let lists = [listJSON(10, secretJSON(1)), listJSON(20, secretJSON(2))]
        let script = Script(list: lists.map { .json(200, $0) }, watch: [.failure(403, "Forbidden")])
        let following = try await Following.run(script, until: 4)
        #expect(following.requests == ["list", "watch 10", "list", "watch 20"])
        #expect(following.seen == ["value@1", "value@2"])
        #expect(following.waits == [.seconds(30)])
    }

    @Test("Where it may do nothing, it says so once, and goes on asking")
    func mayNothing() async throws {
        let refused = CannedReply.failure(403, "Forbidden")
        let script = Script(list: [refused, refused], get: [refused, refused])
        let following = try await Following.run(script, until: 5)
        #expect(following.seen == ["unreadable"])
        #expect(following.requests == ["list", "get", "list", "get", "list"])
    }

    @Test("A token that is refused is said, and the Secret is looked at again")
    func unauthorized() async throws {
        let script = Script(list: [.failure(401, "Unauthorized"), .json(200, listJSON(10, secretJSON(1)))])
        let following = try await Following.run(script, until: 3)
        #expect(following.seen == ["unreadable", "value@1"])
    }

    @Test("What makes no sense is begun anew", arguments: ["{}\n", "{", "hello\n"])
    func nonsense(line: String) async throws {
        let chunk = "\(String(line.utf8.count, radix: 16))\r\n\(line)\r\n"
        let list = CannedReply.json(200, listJSON(10))
        let script = Script(list: [list, list], watch: [.watch(chunk, isEnding: true)])
        let following = try await Following.run(script, until: 4)
        #expect(following.failures == [.undecodable])
        #expect(following.requests == ["list", "watch 10", "list", "watch 10"])
    }

    @Test("When it ends, its connection is closed")
    func ends() async throws {
        let script = Script(list: [.json(200, listJSON(10))], watch: [.watch()])
        let following = try await Following.run(script, until: 2)
        await following.server.disconnected(1)
    }
}
