import Secrets

/// Takes what a source holds for a client secret; a line break at its end is not part of it.
///
/// - Throws: Why it cannot be one.
func clientSecret(_ bytes: [UInt8]) throws(SecretError.Reason) -> Secret {
    var bytes = bytes[...]
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard !bytes.isEmpty else { throw .missing("is empty") }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .unusable("is not UTF-8") }
    guard text.unicodeScalars.count <= maximumLength else {
        throw .unusable("is longer than \(maximumLength) characters")
    }
    guard !text.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.value < 0x20 }) else {
        throw .unusable("holds white space or a control character")
    }
    return Secret(text)
}

/// What Authentik stores at most.
private let maximumLength = 255
