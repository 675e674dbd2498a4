import Planning

/// How a decision looks.
struct Look {
    var symbol: String
    var color: (String) -> String
    /// Of a plan.
    var planned: String
    /// Of a report.
    var done: String
    /// Of a plan's last line, after a number.
    var summary: String

    init(_ decision: Decision, _ style: Style) {
        (symbol, planned, done, summary) =
            switch decision {
            case .inSync: ("=", "in sync", "in sync", "in sync")
            case .create: ("+", "create", "created", "to create")
            case .update: ("~", "update", "updated", "to update")
            case .adopt: ("~", "adopt", "adopted", "to adopt")
            case .link: ("~", "link", "linked", "to link")
            case .recreate: ("+", "recreate", "recreated", "to recreate")
            case .release: ("-", "release", "released", "to release")
            case .delete: ("-", "delete", "deleted", "to delete")
            case .orphan: ("?", "orphan", "orphan", "orphaned")
            case .conflict: ("!", "conflict", "conflict", "in conflict")
            case .blocked: ("!", "blocked", "blocked", "blocked")
            case .waiting: ("…", "waiting", "waiting", "waiting")
            }
        color =
            switch decision {
            case .inSync: style.dim
            case .create, .recreate: style.green
            case .update, .adopt, .link, .orphan, .release, .waiting: style.yellow
            case .conflict, .blocked, .delete: style.red
            }
    }
}
