import Base

/// What a text must be like, beyond being text.
///
/// Every text is trimmed first, as Authentik does it, and has no control characters.
struct TextRule: Sendable {
    /// Where Authentik takes an empty text, it means "nothing": the way to clear what somebody else has set.
    var mayBeEmpty = false
    var mayHaveLines = false
    /// What is wrong with a text that is trimmed and not empty.
    var check: @Sendable (String) -> Complaint? = { _ in nil }
}

/// What is wrong with a value, to be put behind the name of its field.
struct Complaint: Equatable {
    var severity = Diagnostic.Severity.error
    /// `does not begin with '/'`.
    var message: String
    var hint: String?
    /// Whether the value has a secret in it, so that its lines must not be shown.
    var isSecret: Bool

    init(
        _ message: String,
        hint: String? = nil,
        severity: Diagnostic.Severity = .error,
        isSecret: Bool = false
    ) {
        self.severity = severity
        self.message = message
        self.hint = hint
        self.isSecret = isSecret
    }
}

extension TextRule {
    static let line = TextRule()
    static let lineOrEmpty = TextRule(mayBeEmpty: true)
    static let lines = TextRule(mayBeEmpty: true, mayHaveLines: true)

    static let owner = TextRule { text in
        let isFit =
            text.utf8.count <= 63 && text.utf8.first?.isASCIIAlphanumeric == true
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_.".utf8.contains($0) }
        guard !isFit else { return nil }
        return Complaint(
            "is not a valid name",
            hint: "use up to 63 letters, digits, '-', '_' and '.', beginning with a letter or digit"
        )
    }

    /// Authentik's rule for slugs; releases before 2025.12 take up to 50 characters.
    static let slug = TextRule { text in
        if let complaint = notASlug(text) { return complaint }
        if reservedSlugs.contains(text) {
            return Complaint("'\(text)' is reserved by Authentik", hint: "choose another slug")
        }
        if text.utf8.count > 255 {
            return Complaint("is longer than 255 characters")
        }
        if text.utf8.count > 50 {
            return Complaint(
                "is longer than 50 characters",
                hint: "Authentik before 2025.12 refuses it",
                severity: .warning
            )
        }
        return nil
    }

    /// The slug of a flow.
    static let flow = TextRule(check: notASlug)

    /// Printable ASCII (RFC 6749, appendix A.1).
    ///
    /// Older releases store anything else too, and refuse each login with it; 2026.8 refuses to store it.
    static let clientID = TextRule { text in
        guard text.unicodeScalars.allSatisfy({ (0x20...0x7E).contains($0.value) }) else {
            let hint = "use only letters, digits and signs of ASCII"
            return Complaint("has a character that no client id may have", hint: hint)
        }
        return text.utf8.count > 255 ? Complaint("is longer than the 255 characters that Authentik takes") : nil
    }

    /// One scope, or the `managed` name of a scope mapping (RFC 6749, section 3.3).
    static let scope = TextRule { text in
        if text.utf8.contains(where: { $0 == 0x20 }) {
            return Complaint("has a space in it", hint: "write one scope per entry")
        }
        let isToken = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        return isToken ? nil : Complaint("has a character that no scope may have")
    }

    static let environmentVariable = TextRule { text in
        let isName =
            text.utf8.first.map { $0.isASCIIAlphanumeric && !$0.isASCIIDigit || $0 == UInt8(ascii: "_") } == true
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "_") }
        return isName
            ? nil
            : Complaint(
                "is not the name of an environment variable",
                hint: "name the variable that holds the secret: letters, digits and '_', not a digit first"
            )
    }

    static let duration = TextRule(check: DurationText.complaint)

    private static let reservedSlugs: Set = ["authorize", "token", "device", "userinfo", "introspect", "revoke"]

    private static let notASlug: @Sendable (String) -> Complaint? = { text in
        let isSlug = text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_".utf8.contains($0) }
        let hint = "use only letters, digits, '-' and '_'"
        return isSlug ? nil : Complaint("has a character that no slug may have", hint: hint)
    }
}
