import Foundation
import Testing

@testable import Secrets

@Suite struct SecretMaskTests {
    private static let secret = #"s3cr&t/"é\+1 x%41"#
    private static let mask = SecretMask([Secret(secret)])

    @Test(arguments: ["", "\u{301}", "\u{200D}", "\u{FE0F}", "\u{20E3}", "x"])
    func whatFollowsHidesNothing(_ end: String) {
        let text = Self.mask("before \(Self.secret)\(end) after")
        #expect(text.unicodeScalars.elementsEqual("before (secret)\(end) after".unicodeScalars))
    }

    static let quoted: [(String, String)] = [
        ("JSON", #"s3cr&t/\"é\\+1 x%41"#),
        ("JSON that escapes all it can", #"s3cr\u0026t\/\u0022\u00E9\u005C+1\u0020x%41"#),
        ("a URL", "s3cr%26t%2F%22%C3%A9%5C%2B1%20x%2541"),
        ("a URL in small letters", "s3cr%26t%2f%22%c3%a9%5c%2b1%20x%2541"),
        ("a path", "s3cr&t/%22%C3%A9%5C+1%20x%2541"),
        ("a form", "s3cr%26t%2F%22%C3%A9%5C%2B1+x%2541"),
        ("HTML", "s3cr&amp;t/&quot;é\\+1 x%41"),
        ("HTML with numbers", "s3cr&#38;t/&#x22;&#xE9;\\+1 x%41"),
    ]

    @Test(arguments: quoted)
    func aQuotedSecretIsFound(_ name: String, _ text: String) {
        #expect(Self.mask("a=\(text)&b") == "a=(secret)&b", "\(name)")
    }

    @Test(arguments: ["", "u", "us", "user:", "client-1:", "client-12:"], ["", ":x", "yz", "and more"])
    func base64IsFoundWhereverItBegins(_ before: String, _ after: String) {
        let encoded = Data((before + Self.secret + after).utf8).base64EncodedString()
        let urlSafe = encoded.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        let percent = encoded.replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
        for text in [encoded, urlSafe, percent] {
            let masked = Self.mask("Basic \(text).")
            #expect(masked.contains("(secret)"), "\(text)")
            // Of what is left, nothing decodes to a part of it.
            let rest = masked.dropFirst(6).split(separator: "(secret)", omittingEmptySubsequences: false)
            #expect(rest.count == 2 && rest[0].count <= before.utf8.count * 4 / 3, "\(masked)")
        }
    }

    @Test func whitespaceAroundASecretIsNoneOfIt() {
        #expect(SecretMask([Secret(" abc\n")])("an abc.") == "an (secret).")
        #expect(SecretMask([Secret(" \n"), Secret("")])("a b\n") == "a b\n")
    }

    @Test func secretsThatOverlapAreMaskedWhole() {
        let mask = SecretMask([Secret("abc"), Secret("bcd"), Secret("abcdef")])
        #expect(mask("xabcdx") == "x(secret)x")
        #expect(mask("xabcdefx abc") == "x(secret)x (secret)")
    }

    @Test func otherTextIsLeftAlone() {
        let text = "e\u{301}\u{0}%zz \\q &nope; \u{1F469}\u{200D}\u{1F4BB}"
        #expect(Self.mask(text).unicodeScalars.elementsEqual(text.unicodeScalars))
        #expect(SecretMask([Secret("e")])("\u{E9}") == "\u{E9}")
    }

    @Test func anotherNormalFormIsAnotherSecret() {
        #expect(Secret("caf\u{E9}") != Secret("cafe\u{301}"))
        #expect(Secret("caf\u{E9}") == Secret("caf\u{E9}"))
    }
}
