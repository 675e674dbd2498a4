/// Something worth an Event: what `kubectl get events` shows in a line
/// (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/).
package struct EventNote: Sendable, Hashable {
    /// Whether a person should look at it.
    package var isWarning: Bool
    /// A word for machines, in camel case: `ServicesChanged`.
    package var reason: String
    /// A sentence; what is longer than an Event may hold is cut off.
    package var note: String

    package init(isWarning: Bool, reason: String, note: String) {
        self.isWarning = isWarning
        self.reason = reason
        self.note = note
    }

    /// As much as an Event may hold.
    static let maximumBytes = 1024

    /// The note, cut between two characters if it is too long.
    var shortened: String {
        guard note.utf8.count > Self.maximumBytes else { return note }
        var text = ""
        var bytes = "…".utf8.count
        for character in note {
            bytes += character.utf8.count
            guard bytes <= Self.maximumBytes else { break }
            text.append(character)
        }
        return text + "…"
    }
}
