import Base

extension HTML {
    /// How a moment is told once the page's script runs; without it, it is told as it is.
    enum Telling {
        /// `3 min ago`, `in 42 s`.
        case distance
        /// `since 2026-11-24 13:00:05 UTC` becomes `for 3 min`.
        case since
        /// `now` once it is over: for what is about to come.
        case due

        fileprivate var name: HTML {
            switch self {
            case .distance: "distance"
            case .since: "since"
            case .due: "due"
            }
        }
    }

    /// A moment.
    ///
    /// - Parameter isExact: whether the script keeps the moment beside the distance.
    static func time(_ moment: Timestamp, _ telling: Telling = .distance, isExact: Bool = false) -> HTML {
        let machine = moment.description
        let word: HTML? = if case .since = telling { "since " } else { nil }
        let exact: HTML? = isExact ? " data-exact" : nil
        return """
            <time datetime="\(machine)" data-tell="\(telling.name)"\(exact)>\(word)\(moment.forPeople)</time>
            """
    }
}

extension Timestamp {
    /// `2026-11-24 13:00:05 UTC`.
    fileprivate var forPeople: String {
        let text = description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
    }
}
