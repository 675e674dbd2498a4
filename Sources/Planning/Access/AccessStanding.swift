import Kinds

/// Who may open a service once its plan is carried out, as shown to the user and in the status.
package struct AccessStanding: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// Declared to be open to everybody; ``AccessStanding/others`` still restrict it.
        case everyone
        /// Open to the subjects named by the file.
        case restricted
        /// Open to nobody: the subjects named by the file no longer exist.
        case closed
        /// Left as it is: a subject named by the file never existed.
        case blocked
        /// The file does not say.
        case unmanaged
    }

    package var state: State
    /// Why it is closed or blocked, or which subjects are missing: a clause; nil if it is as declared.
    package var complaint: String?
    /// How Authentik evaluates it differently from what the file says: a clause.
    package var caution: String?
    /// The subjects of the file that are bound: `group 'admins'`.
    package var subjects: [String] = []
    /// The permanent bindings of others, which stay.
    package var others: [String] = []
    /// The bindings that expire, no matter who created them.
    package var expiring: [String] = []
    /// Whether everybody may open it without this being declared.
    package var isExposed = false

    package init(_ state: State) {
        self.state = state
    }
}

extension AccessStanding {
    /// The notes of a plan about bindings that it leaves alone.
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
