import Base
package import DesiredState
import Kinds

/// A name in the file that Authentik does not know, or that is ambiguous there.
struct LookUpError: Error, CustomStringConvertible {
    /// A clause.
    var message: String
    /// What to do, as a clause.
    var hint: String?
    /// The existing names, as a clause.
    var names: String?
    /// Where the file has the name; nil for a default of this program.
    var location: SourceLocation?
    /// Whether the error is expected to go away by itself.
    var isWaiting = false
    /// What else is wrong with the same service.
    var others: [LookUpError] = []

    /// All errors of a service as one; nil if there are none.
    init?(joining errors: [LookUpError]) {
        guard let first = errors.first else { return nil }
        self = first
        others = zip(errors, errors.dropFirst()).map { previous, error in
            var error = error
            if error.names == previous.names { error.names = nil }
            return error
        }
    }

    init(_ message: String, isWaiting: Bool = false) {
        self.message = message
        self.isWaiting = isWaiting
    }

    var description: String {
        let place = location.map { " (\($0))" } ?? ""
        let own = [message + place, hint, names].compactMap(\.self).joined(separator: "; ")
        return ([own] + others.map(\.description)).joined(separator: "; also ")
    }

    /// A name that does not exist.
    ///
    /// - Parameter listed: the names to show; all unless given.
    init(
        _ message: String,
        meant name: String,
        among names: some Sequence<String>,
        listing listed: [String]? = nil
    ) {
        self.message = message
        let all = names.sorted()
        hint = Suggestion.nearest(to: name, among: all).map { "did you mean '\($0)'?" }
        self.names = Self.list(listed ?? all)
    }

    /// The maximum number of names listed in a message.
    private static let longestList = 8

    /// The existing names, as shown to the user: `there are 'email', 'openid' and 3 more`.
    static func list(_ names: [String]) -> String {
        let names = Set(names).sorted()
        guard let only = names.first else { return "there are none" }
        if names.count == 1 { return "there is only '\(only)'" }
        // "and 1 more" would be as long as the name itself.
        let shown = names.count <= longestList + 1 ? names : Array(names.prefix(longestList))
        let quoted = shown.map { "'\($0)'" }
        if shown.count < names.count {
            return "there are \(quoted.joined(separator: ", ")) and \(names.count - shown.count) more"
        }
        return "there are \(quoted.dropLast().joined(separator: ", ")) and \(quoted[quoted.count - 1])"
    }

    /// Adds a place in the file, unless the error has one already.
    func located(at location: SourceLocation?) -> LookUpError {
        var error = self
        error.location = self.location ?? location
        return error
    }
}

/// A name in a file that Authentik does not know, or that is ambiguous there; it blocks the services that use it.
package struct NameMistake: Sendable, Equatable {
    /// A clause: `scopes: Authentik has no scope mapping 'emial'`.
    package var message: String
    /// What to do, as a clause.
    package var hint: String?
    /// The existing names, as a clause.
    package var names: String?
    /// The first place in the file; nil for a default of this program.
    package var location: SourceLocation?
    /// The services that use it, in the order of the file.
    package var slugs: [String]

    /// All mistakes, in the order of the services.
    ///
    /// - Parameter observed: only what has names that a file may use is needed, not applications and marks.
    package static func all(in desired: DesiredState, _ observed: ObservedState) -> [NameMistake] {
        let matching = ScopeMappingMatching(desired, observed)
        let names = NameIndex(observed, scopeMappings: matching.mappings, services: desired.services)
        var mistakes: [NameMistake] = []
        let access = observed.access.map { access in
            AccessIndex(access, groups: observed.groups, declaredGroups: desired.groups)
        }
        for service in desired.services where service.state == .present {
            let ofAccess = service.access?.subjects?.list.compactMap { access?.mistake($0) } ?? []
            for error in (service.login.map(names.mistakes) ?? []) + ofAccess {
                if let index = mistakes.firstIndex(where: { $0.message == error.message }) {
                    if mistakes[index].slugs.last != service.slug { mistakes[index].slugs.append(service.slug) }
                } else {
                    mistakes.append(NameMistake(error, slug: service.slug))
                }
            }
        }
        return mistakes
    }

    private init(_ error: LookUpError, slug: String) {
        (message, hint, names, location) = (error.message, error.hint, error.names, error.location)
        slugs = [slug]
    }
}
