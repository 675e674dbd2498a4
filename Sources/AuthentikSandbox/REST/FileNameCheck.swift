/// Which names Authentik takes for an icon: a URL, a Font Awesome icon (`fa://…`), or the path of a file of its own.
///
/// Source: `authentik/admin/files/validation.py`, 2025.12.
enum FileNameCheck {
    /// - Returns: what is wrong with a name; nil if nothing is.
    static func error(in name: String) -> String? {
        if isURL(name) || name.hasPrefix("/static/") { return nil }
        let parts = name.split(separator: "/")
        let isAllowed = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "._-/".utf8.contains(byte)
            }
        }
        if !isAllowed {
            return "File name can only contain letters (a-z, A-Z), numbers (0-9), dots (.), hyphens (-), "
                + "underscores (_), and forward slashes (/)"
        }
        if name.contains("//") { return "File name cannot contain duplicate /" }
        if name.hasPrefix("/") { return "Absolute paths are not allowed" }
        if parts.contains("..") { return "Parent directory references ('..') are not allowed" }
        if name.hasPrefix(".") { return "Paths cannot start with '.'" }
        if name.utf8.count > 1024 { return "File name too long (max 1024 characters)" }
        if parts.contains(where: { $0.utf8.count > 255 }) { return "Path component too long (max 255 characters)" }
        return nil
    }

    /// What a browser loads for a name; nil if there is none.
    static func url(of name: String) -> String? {
        if name.isEmpty { return nil }
        return isURL(name) || name.hasPrefix("/static/") ? name : "/files/media/public/\(name)"
    }

    /// What a name becomes where it is not checked, before 2025.12: a path below the media folder, normalized.
    static func publicPath(of name: String) -> String? {
        if name.isEmpty { return nil }
        if isURL(name) || name.hasPrefix("/static/") { return name }
        var parts: [Substring] = ["media", "public"]
        for part in name.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static func isURL(_ name: String) -> Bool {
        ["fa://", "http://", "https://"].contains { name.hasPrefix($0) }
    }
}
