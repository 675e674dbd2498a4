import Testing

@testable import StatusServer

@Suite struct RequestGuardTests {
    @Test(arguments: [
        "localhost", "LOCALHOST:8080", "x.localhost", "127.0.0.1", "10.1.2.3:80", "[::1]", "[::1]:8080",
        "[2001:DB8::1]",
        "[::ffff:127.0.0.1]:1", "reconcile.example.net", "Reconcile.Example.net:81", "localhost:",
    ])
    func ownNamesAndAddressesPass(_ host: String) {
        #expect(refusal(host) == nil)
    }

    @Test(arguments: [
        "", "evil.example", "[evil.example]", "[evil.example]:80", "[::1].evil.example", "[::1", "[::1]x", "[::1]:x",
        "[]",
        "[localhost]", "[127.0.0.1]", "[::1%eth0]", "::1", "1.2.3.4.5", "127.0.0", "999.1.1.1", "1.2.3.4.example",
        "localhost:80:80", "localhost:x", "localhost@evil.example", "localhost/", "local\u{200B}host",
        "LOCALHO\u{17F}T",
        "reconcile.example.net.evil.example", ".", ":80", " localhost", "localhost.evil.example",
    ])
    func allOthersAreRefused(_ host: String) {
        #expect(refusal(host) != nil)
    }

    @Test func noHostIsRefused() {
        #expect(refusal(nil) != nil)
    }

    @Test(arguments: [
        "127.0.0.1", "127.1.2.3", "127.1", "0x7f000001", "localhost", "LOCALHOST", "::1", "0:0:0:0:0:0:0:1",
        "0000:0000:0000:0000:0000:0000:0000:0001", "::ffff:127.0.0.1", "::FFFF:7f00:1",
    ])
    func loopbackIsLoopbackHoweverItIsWritten(_ host: String) {
        #expect(ListenAddress(host: host, port: 8080).isLoopback)
    }

    @Test(arguments: ["0.0.0.0", "::", "10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1", "1.127.0.1"])
    func otherAddressesAreNot(_ host: String) {
        #expect(!ListenAddress(host: host, port: 8080).isLoopback)
    }

    private func refusal(_ host: String?) -> String? {
        var settings = StatusServerSettings()
        settings.hosts = ["reconcile.example.net"]
        return RequestGuard(settings).refusal(isWrite: false, host: host, origin: nil)
    }
}
