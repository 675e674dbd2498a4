import Base
import FoundationEssentials
import Reporting
package import Status

/// What `GET /` says: the status as a page for a person.
///
/// It is complete without its script, which keeps it up to date and tells moments as distances. It loads nothing from
/// anywhere but this server.
package enum StatusPage {
    private static let style = HTML(.style)
    private static let script = HTML(.script)

    /// The whole page as HTML; the same for the same status.
    package static func render(_ status: StatusDocument) -> String {
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <noscript><meta http-equiv="refresh" content="15"></noscript>
            <title>\(status.state.look.headline) · \(status.owner) · reconcile</title>
            <link rel="icon" href="\(status.state.look.tone.icon)">
            <style>\(style)</style>
            </head>
            <body>
            \(Symbol.definitions)
            <p id="offline" role="status" hidden></p>
            \(Verdict(status: status).html)
            <main>
            \(Notices(status: status).html)\(Vitals(status: status).html)\(ServiceList(status: status).html)\
            \(DaemonFacts(status: status).html)</main>
            <script>\(script)</script>
            </body>
            </html>

            """
        return page.markup
    }

    /// The page's Content-Security-Policy header: only its own style and script, and only this server to talk to.
    package static let contentSecurityPolicy = [
        "default-src 'none'", "style-src '\(digest(of: style.markup))'",
        "script-src '\(digest(of: script.markup))'", "connect-src 'self'", "img-src data:",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    /// As Content Security Policy Level 3 has it.
    static func digest(of content: String) -> String {
        "sha256-\(Data(SHA256.digest(of: Array(content.utf8))).base64EncodedString())"
    }
}

/// The top of the page: how it stands, since when and why.
struct Verdict {
    let status: StatusDocument

    var html: HTML {
        """
        <header id="verdict" class="\(status.state.look.tone.name)">
        <p class="whose"><strong>reconcile</strong> keeps <bdi>\(status.owner)</bdi> at \(authentik)</p>
        <h1 id="state" aria-live="polite">\(status.state.look.symbol.html)\(status.state.look.headline)</h1>
        <p class="message">\(sentence(status.message.plain))</p>
        <p class="since">\(.time(status.since, .since))</p>
        </header>
        """
    }

    private var authentik: HTML {
        guard status.authentik.isLink else { return "<bdi>\(status.authentik.url)</bdi>" }
        let url = status.authentik.url
        return """
            <a href="\(url)" rel="noreferrer"><bdi>\(url.withoutScheme)</bdi></a>
            """
    }
}

/// A clause or sentence from elsewhere as a sentence.
func sentence(_ text: String) -> String {
    let end: Set<Character> = [".", "!", "?", ":"]
    let text = text.capitalizedFirst
    return text.last.map(end.contains) ?? true ? text : text + "."
}

extension AuthentikStatus {
    /// Whether the address may be followed.
    var isLink: Bool { url.hasPrefix("https://") || url.hasPrefix("http://") }
}

extension String {
    /// A clause as it begins a line.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

    /// As a person reads it: moments without letters in them, and without the requests' ids, which stand elsewhere.
    var plain: String {
        replacing(#/ \[request [0-9a-f]+\]/#, with: "")
            .replacing(#/(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z/#) { "\($0.1) \($0.2) UTC" }
    }

    fileprivate var withoutScheme: String {
        let rest = split(separator: "://", maxSplits: 1).last.map(String.init) ?? self
        return rest.hasSuffix("/") ? String(rest.dropLast()) : rest
    }
}
