import Reporting

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

    /// The picture in a browser's tab, as a `data:` address.
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
