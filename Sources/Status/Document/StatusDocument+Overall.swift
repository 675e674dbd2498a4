import Planning

extension StatusDocument {
    /// How it stands with everything, and a sentence about it.
    var overall: (state: OverallState, message: String) {
        if !program.isLeader { return (.standby, standbyMessage) }
        let since = passes.lastSuccess.map { "; services are as they were at \($0.finishedAt)" } ?? ""
        if let error = authentik.error {
            return (authentik.isReachable == true ? .refused : .unreachable, error + since)
        }
        if passes.lastSuccess == nil { return (.starting, "no pass has ended yet") }
        guard file.isValid else {
            let errors = file.problems.count { $0.severity == "error" }
            let what = errors == 1 ? "a mistake" : "\(errors) mistakes"
            return (.invalidFile, "the file has \(what); what was read at \(file.loadedAt) stays in force")
        }
        let open = services.count { $0.state != .inSync && $0.state != .orphan }
        if open == 0, brake == nil { return (.inSync, inSyncMessage) }
        return (.outOfSync, ([openMessage(open)] + [brake?.message]).compactMap { $0 }.joined(separator: "; "))
    }

    private var standbyMessage: String {
        guard let leadership = program.leadership else { return "another replica leads" }
        if let error = leadership.error { return "the Lease \(leadership.lease) cannot be reached: \(error)" }
        if let seconds = leadership.waitSeconds {
            return "nobody leads; this replica takes the Lease \(leadership.lease) once it has not changed for "
                + "\(seconds == 1 ? "a second" : "\(seconds) seconds"), in case its last holder still writes"
        }
        guard let holder = leadership.holder else { return "nobody is known to hold the Lease \(leadership.lease) yet" }
        return "\(holder) leads, and this replica stands by"
    }

    private var inSyncMessage: String {
        let orphans = totals.states[SyncState.orphan.rawValue] ?? 0
        let all = totals.services - orphans
        let left = orphans == 0 ? "" : "; \(orphans == 1 ? "an orphan is" : "\(orphans) orphans are") left alone"
        switch all {
        case 0: return "no service is declared\(left)"
        case 1: return "the service is as declared\(left)"
        default: return "all \(all) services are as declared\(left)"
        }
    }

    private func openMessage(_ open: Int) -> String? {
        guard open > 0 else { return nil }
        let kinds = SyncState.allCases.compactMap { state -> String? in
            let count = totals.states[state.rawValue] ?? 0
            return count == 0 || state == .inSync || state == .orphan ? nil : "\(count) \(state.phrase)"
        }
        return "\(open) of \(totals.services) services \(open == 1 ? "is" : "are") not as declared: "
            + kinds.joined(separator: ", ")
    }
}

extension SyncState {
    /// Behind a number.
    fileprivate var phrase: String {
        switch self {
        case .conflict: "in conflict"
        case .held: "held back"
        default: rawValue
        }
    }
}
