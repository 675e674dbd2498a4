import Testing

@testable import CurlTransport

@Suite("CurlTransport: who waits for a connection")
struct ConnectionQueueTests {
    @Test("Hosts have lines of their own, and who came first is served first")
    func order() {
        var queue = ConnectionQueue(limit: 2)
        let served = [1, 2, 3, 4].map { queue.enter($0, for: "a") }
        #expect(served == [true, true, false, false])
        let isOtherServed = queue.enter(5, for: "b")
        #expect(isOtherServed)
        let next = [2, 1, 3].map { queue.leave($0, for: "a") }
        #expect(next == [3, 4, nil])
        let isServedAgain = queue.enter(6, for: "a")
        #expect(isServedAgain)
    }

    @Test("Who gives up in the line frees nobody's place")
    func givingUp() {
        var queue = ConnectionQueue(limit: 1)
        let served = [1, 2, 3].map { queue.enter($0, for: "a") }
        #expect(served == [true, false, false])
        // One that waits, and one that was never there.
        let next = [2, 9, 1, 3].map { queue.leave($0, for: "a") }
        #expect(next == [nil, nil, 3, nil])
    }

    @Test("There is always one place")
    func none() {
        var queue = ConnectionQueue(limit: 0)
        let served = [1, 2].map { queue.enter($0, for: "a") }
        #expect(served == [true, false])
    }

    @Test(
        "A host is the beginning of a URL",
        arguments: [
            ("https://a.example:8443/x?y", "https://a.example:8443"), ("http://a.example", "http://a.example"),
            ("http://[::1]:80?x", "http://[::1]:80"), ("no URL", "no URL"),
        ]
    )
    func host(url: String, expected: String) {
        #expect(HTTPRequest("GET", url).origin == expected)
    }
}
