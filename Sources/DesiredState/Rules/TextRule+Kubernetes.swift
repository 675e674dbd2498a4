import Base
import Kinds

/// Names as Kubernetes has them
/// (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/).
extension TextRule {
    /// A label of RFC 1123, in lower case.
    static let kubernetesNamespace = TextRule("a namespace", pattern: "^[a-z0-9-]{1,63}$") { text in
        let isName = text.utf8.count <= 63 && isLabel(text[...])
        let hint = "use up to 63 lower-case letters, digits and '-', with a letter or digit first and last"
        return isName ? nil : Complaint("is not the name of a namespace", hint: hint)
    }

    /// A subdomain of RFC 1123, in lower case; unlike in DNS, a part may be as long as the whole.
    ///
    /// - Parameter what: the object with the name, as in `a Secret`.
    static func kubernetesName(of what: String) -> TextRule {
        TextRule("the name of \(what)", pattern: "^[a-z0-9.-]{1,253}$") { text in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let isName = text.utf8.count <= 253 && parts.allSatisfy(isLabel)
            let hint = "use up to 253 lower-case letters, digits, '-' and '.', with a letter or digit around each '.'"
            return isName ? nil : Complaint("is not the name of \(what)", hint: hint)
        }
    }

    /// A key of a Secret's `data`; an invalid one may be the secret itself.
    static let kubernetesKey = TextRule("a key", pattern: "^[A-Za-z0-9._-]{1,253}$") { text in
        let isKey =
            text.utf8.count <= 253 && text != "." && !text.hasPrefix("..")
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_.".utf8.contains($0) }
        let hint = "name the key, not its value: up to 253 letters, digits, '-', '_' and '.'"
        return isKey ? nil : Complaint("is not a key of a Secret", hint: hint, isSecret: true)
    }

    /// A key of a ConfigMap's or Secret's `data`.
    static let publishedKey = TextRule { text in
        guard kubernetesKey.check(text) != nil || text.isEmpty else { return nil }
        let hint = "use up to 253 letters, digits, '-', '_' and '.'"
        return Complaint("is not valid for a Kubernetes object", hint: hint)
    }

    private static func isLabel(_ text: Substring) -> Bool {
        let isPlain = { (byte: UInt8) in byte.isASCIIDigit || byte.isASCIILowercase }
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return isPlain(first) && isPlain(last) && text.utf8.allSatisfy { isPlain($0) || $0 == UInt8(ascii: "-") }
    }
}
