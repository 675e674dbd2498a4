import Base

/// Icons of applications, as `validate_file_name` in authentik/admin/files/validation.py takes them.
enum IconName {
    private static let maximumLength = 1024
    private static let maximumPartLength = 255
    /// The placeholder for the name of a theme.
    private static let theme = "%(theme)s"

    @Sendable static func complaint(_ text: String) -> Complaint? {
        if let complaint = WebAddress.badCharacter(in: text) { return complaint }
        if text.hasPrefix("https://") || text.hasPrefix("http://") {
            return WebAddress.complaint(about: text, for: .link)
        }
        if text.hasPrefix("fa://") {
            return text == "fa://" ? Complaint("does not name an icon", hint: "write it as in fa://fa-book") : nil
        }
        if !text.hasPrefix("file:"), text.contains("://") || text.hasPrefix("data:") || text.hasPrefix("javascript:") {
            return Complaint("has a scheme that Authentik does not show", hint: "use https://, fa:// or a media path")
        }
        return text.hasPrefix("/static/") ? nil : complaint(aboutMediaPath: text)
    }

    /// A path below Authentik's media folder.
    private static func complaint(aboutMediaPath text: String) -> Complaint? {
        if text.hasPrefix("./") || text.hasPrefix("../") || text.hasPrefix("~/") || text.hasPrefix("file:") {
            let name = text.split(separator: "/").last.map(String.init) ?? "icon.svg"
            let hint =
                "use a URL, or upload the file to Authentik and write its name there: \(Complaint.quote(name))"
            return Complaint("is a path on this machine", hint: hint)
        }
        let plain = text.replacing(theme, with: "theme")
        let parts = plain.split(separator: "/", omittingEmptySubsequences: false)
        if parts.contains("..") { return Complaint("has '..' in it, which Authentik rejects") }
        guard plain.utf8.allSatisfy({ $0.isASCIIAlphanumeric || "._-/".utf8.contains($0) }) else {
            let hint = "use letters, digits, '.', '-', '_' and '/'"
            return Complaint("has a character that Authentik rejects in a media path", hint: hint)
        }
        if plain.hasPrefix("/") {
            let hint = "write it relative to the media folder, as in icons/a.svg; only '/static/…' may be absolute"
            return Complaint("is an absolute path, which Authentik rejects", hint: hint)
        }
        if plain.contains("//") { return Complaint("has '//' in it, which Authentik rejects") }
        if plain.hasPrefix(".") {
            return Complaint("begins with '.', which Authentik rejects", hint: "rename the file in Authentik")
        }
        if plain.utf8.count > maximumLength || parts.contains(where: { $0.utf8.count > maximumPartLength }) {
            let limits = "\(maximumLength) characters, and \(maximumPartLength) between two '/'"
            return Complaint("is longer than Authentik's limits: \(limits)")
        }
        guard plain != text else { return nil }
        let hint = "Authentik before 2026.5 may reject it"
        return Complaint("has the placeholder \(theme) in it", hint: hint, severity: .warning)
    }
}
