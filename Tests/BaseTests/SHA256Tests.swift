import Crypto
import Testing

@testable import Base

@Suite struct SHA256Tests {
    private typealias Hash = Base.SHA256

    private static func digits(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// The examples of FIPS 180-2, appendix B, and the empty message.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func theStandardsExamples(message: String, digest: String) {
        #expect(Self.digits(Hash.digest(of: Array(message.utf8))) == digest)
    }

    /// The long one of them.
    @Test func aMillionLetters() {
        let digest = Hash.digest(of: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        #expect(Self.digits(digest) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    /// All ways in which a message can end within a block, and the two in which its length needs one more.
    @Test func everyLengthIsAsAnotherComputesIt() {
        for count in 0...300 {
            let message = (0..<count).map { UInt8(truncatingIfNeeded: 31 * $0 + count) }
            #expect(Hash.digest(of: message) == Array(Crypto.SHA256.hash(data: message)), "\(count) bytes")
        }
    }

    @Test func piecesAreAsTheWhole() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<100 {
            var message: [UInt8] = []
            var hash = Hash()
            for _ in 0..<Int.random(in: 0...8) {
                let piece = (0..<Int.random(in: 0...200)).map { _ in UInt8.random(in: 0...255, using: &generator) }
                hash.update(piece)
                message += piece
            }
            #expect(hash.digest() == Array(Crypto.SHA256.hash(data: message)), "\(message)")
        }
    }
}
