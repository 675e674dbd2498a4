import Reporting

extension Symbol {
    /// Decorative: the adjacent words say the same.
    var html: HTML {
        """
        <svg class="symbol" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><use href="#\(name)"/></svg>
        """
    }

    /// The definitions of all symbols, once per page.
    static var definitions: HTML {
        """
        <svg class="definitions" width="0" height="0" aria-hidden="true" focusable="false">
        \(allCases.map { "<symbol id=\"\($0.name)\" viewBox=\"0 0 16 16\">\($0.drawing)</symbol>\n" as HTML })</svg>
        """
    }

    private var name: HTML {
        switch self {
        case .check: "symbol-check"
        case .dashes: "symbol-dashes"
        case .wave: "symbol-wave"
        case .cross: "symbol-cross"
        case .exclamation: "symbol-exclamation"
        case .bar: "symbol-bar"
        case .pause: "symbol-pause"
        case .question: "symbol-question"
        }
    }

    private var drawing: HTML {
        switch self {
        case .check: #"<circle cx="8" cy="8" r="7.5"/><path class="cut" d="M4.6 8.3 7 10.7l4.5-5"/>"#
        case .dashes: #"<circle class="line" cx="8" cy="8" r="6.5" stroke-dasharray="3.4 3.4"/>"#
        case .wave: #"<path d="M8 0 16 8 8 16 0 8z"/><path class="cut" d="M4.6 9c1-2.6 2.2-2.6 3.4-1s2.4 1.6 3.4-1"/>"#
        case .cross:
            #"<path d="M5 .5h6L15.5 5v6L11 15.5H5L.5 11V5z"/><path class="cut" d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2"/>"#
        case .exclamation: #"<path d="M8 .8 15.8 15H.2z"/><path class="cut" d="M8 5.8v4m0 2.4v.1"/>"#
        case .bar: #"<circle cx="8" cy="8" r="7.5"/><path class="cut" d="M4.5 8h7"/>"#
        case .pause: #"<rect x=".8" y=".8" width="14.4" height="14.4" rx="3"/><path class="cut" d="M5.8 5v6m4.4-6v6"/>"#
        case .question:
            """
            <circle class="line" cx="8" cy="8" r="6.7"/>\
            <path class="line" d="M6.1 6.4a1.9 1.9 0 1 1 2.6 1.8q-.7.3-.7 1.1m0 1.9v.1"/>
            """
        }
    }
}

extension Tone {
    /// The class that colours an element.
    var name: HTML {
        switch self {
        case .good: "good"
        case .idle: "idle"
        case .warning: "warning"
        case .bad: "bad"
        }
    }

    /// The favicon, as a `data:` URL.
    var icon: HTML {
        let drawing: HTML =
            switch self {
            case .good:
                "%3Ccircle cx='8' cy='8' r='8' fill='%231f9d5b'/%3E%3Cpath d='M4.6 8.3 7 10.7l4.5-5' \(Self.cut)"
            case .idle: "%3Ccircle cx='8' cy='8' r='6.5' fill='none' stroke='%238a929c' stroke-width='3'/%3E"
            case .warning:
                "%3Cpath d='M8 0l8 8-8 8-8-8z' fill='%23d9930d'/%3E%3Cpath d='M8 4.5v4m0 2.4v.1' \(Self.cut)"
            case .bad:
                "%3Cpath d='M5 0h6l5 5v6l-5 5H5l-5-5V5z' fill='%23d6362c'/%3E%3Cpath d='M5 5l6 6m0-6l-6 6' \(Self.cut)"
            }
        return """
            data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\(drawing)%3C/svg%3E
            """
    }

    private static let cut: HTML =
        "fill='none' stroke='white' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'/%3E"
}
