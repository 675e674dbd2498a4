import Base
import FoundationEssentials
import Reporting
package import Status

/// The answer to `GET /`: the status as an HTML page.
///
/// It is complete without its script, which keeps it up to date and shows times as distances and in the user's time
/// zone. It loads nothing from any other server.
package enum StatusPage {
    private static let style = HTML(.style)
    private static let script = HTML(.script)

    /// The whole page as HTML; the same for the same status, query and button.
    package static func render(
        _ status: StatusDocument,
        _ query: PageQuery = PageQuery(),
        button: PassButton = .none
    ) -> String {
        let selection = ServiceSelection(status, query)
        let links = ServiceLinks(status: status, shown: selection.slugs)
        let services = ServiceList(status: status, query: query, selection: selection)
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="same-origin">
            <noscript><meta http-equiv="refresh" content="15"></noscript>
            <title>\(status.state.look.headline) · \(status.owner) · reconcile</title>
            <link rel="icon" href="\(status.state.look.tone.icon)">
            <style>\(style)</style>
            </head>
            <body>
            \(Symbol.definitions)
            <p id="offline" role="status" hidden></p>
            \(Verdict(status: status, button: button).html)
            <main>
            \(Notices(status: status).html)\(Vitals(status: status, links: links).html)\(services.html)\
            \(SharedList(status: status).html)\(History(status: status, links: links).html)\(DaemonFacts(status: status).html)</main>
            <script>\(script)</script>
            </body>
            </html>

            """
        return page.markup
    }

    /// The page's Content-Security-Policy header: only its own style and script, and only connections to this server.
    package static let contentSecurityPolicy = [
        "default-src 'none'", "style-src '\(digest(of: style.markup))'",
        "script-src '\(digest(of: script.markup))'", "connect-src 'self'", "img-src data:",
        "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    /// In the format of Content Security Policy Level 3.
    static func digest(of content: String) -> String {
        "sha256-\(Data(SHA256.digest(of: Array(content.utf8))).base64EncodedString())"
    }
}

/// How the page offers to request a pass.
package enum PassButton: String, Sendable, Hashable, CaseIterable {
    /// Not at all: requests under this host name are rejected.
    case none
    /// A button, which works without the script.
    case plain
    /// A button and a field for the trigger token; the script shows both and sends it as a header.
    case withToken
}

/// The top of the page: the overall state, since when and why.
struct Verdict {
    let status: StatusDocument
    let button: PassButton

    var html: HTML {
        """
        <header id="verdict" class="\(status.state.look.tone.name)">
        <p class="whose"><strong>reconcile</strong> manages <bdi>\(status.owner)</bdi> at \(authentik)</p>
        <h1 id="state" aria-live="polite">\(status.state.look.symbol.html)\(status.state.look.headline)</h1>
        <p class="message">\(sentence(status.invocation.completing(status.message).plain))</p>
        <p class="since">\(.time(status.since, .since))</p>
        \(trigger)</header>
        """
    }

    /// The script shows the outcome; without it, the browser is redirected back to the page.
    private var trigger: HTML? {
        guard status.program.isLeader, button != .none else { return nil }
        let hidden: HTML? = button == .withToken ? " hidden" : nil
        let token: HTML? =
            button == .withToken
            ? """
            <label for="trigger-token">Trigger token</label> \
            <input id="trigger-token" type="password" autocomplete="off" spellcheck="false" required>

            """ : nil
        return """
            <form id="trigger" method="post" action="reconcile"\(hidden)>
            \(token)<button type="submit">Reconcile now</button> <span id="trigger-result" role="status"></span>
            </form>

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

extension AuthentikStatus {
    /// Whether the address can be linked to.
    var isLink: Bool { url.hasPrefix("https://") || url.hasPrefix("http://") }
}

extension String {
    /// As shown to users: times without letters, and without request ids, which are shown elsewhere.
    var plain: String {
        replacing(#/ \[request [0-9a-f]+\]/#, with: "")
            .replacing(#/(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z/#) { "\($0.1) \($0.2) UTC" }
    }

    fileprivate var withoutScheme: String {
        let rest = split(separator: "://", maxSplits: 1).last.map(String.init) ?? self
        return rest.hasSuffix("/") ? String(rest.dropLast()) : rest
    }
}
