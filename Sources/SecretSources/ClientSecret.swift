import Secrets

/// Takes what a source holds for a client secret; a line break at its end is not part of it.
///
/// What Authentik and a login can carry (RFC 6749, appendix A.2): printable ASCII and inner spaces. Older releases store
/// anything else too, and refuse each login with it; 2026.8 refuses to store it.
///
/// - Throws: Why it cannot be one; no character of it is named.
func clientSecret(_ bytes: [UInt8]) throws(SecretError.Reason) -> Secret {
    var bytes = bytes[...]
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard let first = bytes.first, let last = bytes.last else { throw .missing("is empty") }
    guard bytes.allSatisfy({ $0 < 0x80 }) else {
        throw .unusable("has a character that is not ASCII, and no client can log in with it")
    }
    guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
        throw .unusable("has a line break or another control character in it")
    }
    guard first != UInt8(ascii: " "), last != UInt8(ascii: " ") else {
        throw .unusable("begins or ends with a space, which Authentik takes off")
    }
    guard bytes.count <= maximumLength else {
        throw .unusable("is longer than the \(maximumLength) characters that Authentik takes")
    }
    return Secret(String(decoding: bytes, as: UTF8.self))
}

/// What Authentik stores at most.
private let maximumLength = 255
