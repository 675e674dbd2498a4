import DesiredState
import Secrets

extension SecretLook {
    /// What Authentik stores at most.
    private static let maximumLength = 255

    /// Takes what a source holds for a client secret; a line break at its end is not part of it.
    ///
    /// What Authentik and a login can carry (RFC 6749, appendix A.2): printable ASCII and inner spaces. Older releases
    /// store anything else too, and refuse each login with it; 2026.8 refuses to store it. No character of it is named.
    init(_ bytes: [UInt8], of reference: SecretReference, version: SecretVersion? = nil) {
        var bytes = bytes[...]
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        if bytes.isEmpty {
            self = .missing(reason: "\(reference.subject) is empty")
        } else if let fault = Self.fault(of: bytes) {
            self = .unusable(reason: "\(reference.subject) \(fault)")
        } else {
            self = .present(Secret(String(decoding: bytes, as: UTF8.self)), version: version)
        }
    }

    /// Why no client can log in with it; nil if one can.
    private static func fault(of bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.allSatisfy({ $0 < 0x80 }) else {
            return "has a character that is not ASCII, and no client can log in with it"
        }
        guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            return "has a line break or another control character in it"
        }
        guard bytes.first != UInt8(ascii: " "), bytes.last != UInt8(ascii: " ") else {
            return "begins or ends with a space, which Authentik takes off"
        }
        guard bytes.count <= maximumLength else {
            return "is longer than the \(maximumLength) characters that Authentik takes"
        }
        return nil
    }
}

extension SecretReference {
    /// How a reason begins: `the secret (env GRAFANA_OAUTH_CLIENT_SECRET)`.
    var subject: String { "the secret (\(self))" }
}
