import Base
import FoundationEssentials
package import Reconciling

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
            <title>\(status.state.headline) · \(status.owner) · reconcile</title>
            <link rel="icon" href="\(status.state.tone.icon)">
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
