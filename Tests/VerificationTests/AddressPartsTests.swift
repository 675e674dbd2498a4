import Testing

@testable import Verification

@Suite struct AddressPartsTests {
    @Test(
        arguments: [
            ("https://a.example/cb", "https://a.example/cb", nil),
            ("https://A.example:443/cb", "HTTPS://a.example/cb", nil),
            ("https://a.example", "https://a.example/", nil),
            ("http://a.example/cb", "https://a.example/cb", "scheme 'http' instead of 'https'"),
            ("https://a.example/cb", "https://b.example/cb", "host 'a.example' instead of 'b.example'"),
            ("https://a.example/cb", "https://a.example:8443/cb", "port '443' instead of '8443'"),
            ("https://[::1]:9/cb", "https://[::1]/cb", "port '9' instead of '443'"),
            ("https://a.example/cb/", "https://a.example/cb", "path '/cb/' instead of '/cb'"),
            ("https://a.example/cb?x=1", "https://a.example/cb", "query '?x=1' instead of none"),
            (
                "http://a.example:9000/x", "https://b.example/y",
                "scheme 'http' instead of 'https', host 'a.example' instead of 'b.example', port '9000' instead of '443', "
                    + "path '/x' instead of '/y'"
            ),
            ("com.example:/oauth", "com.example:/auth", "path '/oauth' instead of '/auth'"),
        ] as [(String, String, String?)]
    )
    func `what differs is named, of both sides`(_ found: String, _ expected: String, _ text: String?) {
        #expect(AddressParts(found).text(ofDifferencesFrom: AddressParts(expected)) == text)
    }

    @Test func `the nearest is the one with the fewest differences`() {
        let held = ["https://elsewhere.example/x", "https://a.example:8443/cb", "https://a.example/other"]
        #expect(held.nearest(to: "https://a.example/cb") == "https://a.example:8443/cb")
        #expect([].nearest(to: "https://a.example/cb") == nil)
    }
}
