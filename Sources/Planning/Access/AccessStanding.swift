import Kinds

/// Who may open a service once its plan is carried out, for people and for the status.
package struct AccessStanding: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// Declared to be open to everybody; ``AccessStanding/others`` restrict it all the same.
        case everyone
        /// Open to those whom the file names.
        case restricted
        /// Open to nobody: those whom the file names are gone.
        case closed
        /// Left as it is: somebody whom the file names was never there.
        case blocked
        /// The file does not say.
        case unmanaged
    }

    package var state: State
    /// Why it is closed or blocked, or whom it lacks: a clause; nil if it is as declared.
    package var complaint: String?
    /// What Authentik makes of it otherwise than it says: a clause.
    package var caution: String?
    /// Those of the file whose bindings are there: `group 'admins'`.
    package var subjects: [String] = []
    /// The lasting bindings of others, which stay.
    package var others: [String] = []
    /// The bindings that end by themselves, whoever made them.
    package var expiring: [String] = []
    /// Whether everybody may open it, and nobody said that on purpose.
    package var isExposed = false

    package init(_ state: State) {
        self.state = state
    }
}

extension AccessStanding {
    /// What a plan notes of bindings that it leaves alone.
    var notes: [String] {
        guard state != .unmanaged else { return [] }
        var notes: [String] = []
        if !others.isEmpty {
            let what = state == .everyone ? "which also restrict it" : "which also let people in"
            notes.append("bound by others, \(what): \(others.joined(separator: ", ")); left alone")
        }
        if !expiring.isEmpty {
            notes.append("bound for a time: \(expiring.joined(separator: ", ")); left alone")
        }
        return notes + [caution].compactMap { $0 }
    }
}
