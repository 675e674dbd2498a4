import Base

/// The rule for the text of a field.
///
/// Every text is trimmed first, as in Authentik, and must not have control characters.
package struct TextRule: Sendable {
    /// Whether an empty text is allowed, which clears the field in Authentik.
    package var mayBeEmpty = false
    package var mayHaveLines = false
    /// What the text is, for people: `a slug`.
    package var noun: String
    /// A regular expression (ECMA-262) for editors; it matches all valid texts and may match more; nil for none.
    package var pattern: String?
    /// Checks a text that is trimmed and not empty.
    package var check: @Sendable (String) -> Complaint?

    package init(
        _ noun: String = "text",
        mayBeEmpty: Bool = false,
        mayHaveLines: Bool = false,
        pattern: String? = nil,
        check: @escaping @Sendable (String) -> Complaint? = { _ in nil }
    ) {
        self.noun = noun
        self.mayBeEmpty = mayBeEmpty
        self.mayHaveLines = mayHaveLines
        self.pattern = pattern
        self.check = check
    }
}

/// What is wrong with a value; the message follows the name of its field.
package struct Complaint: Sendable, Equatable {
    package enum Severity: String, Sendable {
        case error, warning
    }

    package var severity = Severity.error
    /// `does not begin with '/'`.
    package var message: String
    package var hint: String?
    /// Whether the value has a secret in it, so that its lines must not be shown.
    package var isSecret: Bool

    package init(
        _ message: String,
        hint: String? = nil,
        severity: Severity = .error,
        isSecret: Bool = false
    ) {
        self.severity = severity
        self.message = message
        self.hint = hint
        self.isSecret = isSecret
    }

    /// The maximum number of characters of a value in a message, because a file may hold secrets.
    static let quoteLimit = 40

    /// A short piece of a value in quotes, cut off at ``quoteLimit``.
    static func quote(_ text: some StringProtocol) -> String { "'\(String(text).cut(to: quoteLimit))'" }
}

extension TextRule {
    package static let line = TextRule()
    package static let lineOrEmpty = TextRule(mayBeEmpty: true)
    package static let lines = TextRule("text of one or more lines", mayBeEmpty: true, mayHaveLines: true)

    package static let owner = TextRule("a name", pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$") { text in
        let isFit =
            text.utf8.count <= 63 && text.utf8.first?.isASCIIAlphanumeric == true
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_.".utf8.contains($0) }
        guard !isFit else { return nil }
        return Complaint(
            "is not a valid name",
            hint: "use up to 63 letters, digits, '-', '_' and '.', beginning with a letter or digit"
        )
    }

    /// Authentik's rule for slugs; releases before 2025.12 accept up to 50 characters.
    package static let slug = TextRule("a slug", pattern: slugPattern) { text in
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
                hint: "Authentik before 2025.12 rejects it",
                severity: .warning
            )
        }
        return nil
    }

    /// The slug of a flow.
    package static let flow = TextRule("the slug of a flow", pattern: slugPattern, check: notASlug)

    /// The slug of an application that may already exist.
    package static let application = TextRule("the slug of an application", pattern: slugPattern, check: notASlug)

    package static let source = TextRule("the slug of a source", pattern: slugPattern, check: notASlug)

    /// Printable ASCII (RFC 6749, appendix A.1) without the space, which some clients do not send unchanged.
    ///
    /// Older releases store anything else, too, and reject each login with it; 2026.8 does not store it.
    package static let clientID = TextRule("printable ASCII", pattern: "^[!-~]{1,255}$") { text in
        guard text.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) else {
            let hint = "use only ASCII letters, digits and punctuation, without spaces"
            return Complaint("has a character that is not allowed in a client id", hint: hint)
        }
        return text.utf8.count > 255 ? Complaint("is longer than 255 characters, Authentik's limit") : nil
    }

    /// One scope, or the `managed` name of a scope mapping (RFC 6749, section 3.3).
    package static let scope = TextRule("a scope", pattern: #"^[!#-\[\]-~]+$"#) { text in
        if text.utf8.contains(where: { $0 == 0x20 }) {
            return Complaint("has a space in it", hint: "write one scope per entry")
        }
        let isToken = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        return isToken ? nil : Complaint("has a character that is not allowed in a scope")
    }

    /// A piece of Python.
    package static let expression = TextRule("Python code", mayHaveLines: true)

    package static let environmentVariable = TextRule("the name of a variable", pattern: "^[A-Za-z_][A-Za-z0-9_]*$") {
        text in
        let isName =
            text.utf8.first.map { $0.isASCIIAlphanumeric && !$0.isASCIIDigit || $0 == UInt8(ascii: "_") } == true
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "_") }
        return isName
            ? nil
            : Complaint(
                "is not the name of an environment variable",
                hint: "write the name without '$': letters, digits and '_', not beginning with a digit"
            )
    }

    package static let duration = TextRule("a duration", pattern: DurationText.pattern, check: DurationText.complaint)

    private static let reservedSlugs: Set = ["authorize", "token", "device", "userinfo", "introspect", "revoke"]

    private static let slugPattern = "^[A-Za-z0-9_-]+$"

    /// The slug for a name; nil for a text that may be something else than a name.
    private static func example(of text: String) -> String? {
        let isName =
            text.utf8.count <= Complaint.quoteLimit
            && text.utf8.allSatisfy { $0.isASCIIAlphanumeric || " .-_".utf8.contains($0) }
        return isName ? text.lowercased().replacing(" ", with: "-").replacing(".", with: "-") : nil
    }

    private static let notASlug: @Sendable (String) -> Complaint? = { text in
        let isSlug = text.utf8.allSatisfy {
            $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        guard !isSlug else { return nil }
        let hint = "use only letters, digits, '-' and '_'" + (example(of: text).map { ", as in '\($0)'" } ?? "")
        return Complaint("has a character that is not allowed in a slug", hint: hint)
    }
}
