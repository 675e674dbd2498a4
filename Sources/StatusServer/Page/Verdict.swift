import Base
import Reporting
import Status

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

extension AuthentikStatus {
    /// Whether the address may be followed.
    var isLink: Bool { url.hasPrefix("https://") || url.hasPrefix("http://") }
}

extension String {
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
