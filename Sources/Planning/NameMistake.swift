package import DesiredState

/// A name in a file that Authentik does not know, or knows twice: what blocks the services that use it.
package struct NameMistake: Sendable, Equatable {
    /// A clause: `scopes: Authentik has no scope mapping 'emial'`.
    package var message: String
    /// What to do: a clause.
    package var hint: String?
    /// The services that use it, in the order of the file.
    package var slugs: [String]

    /// All of them, in the order of the services.
    ///
    /// - Parameter observed: of which flows, keys and scope mappings are looked at.
    package static func all(in desired: DesiredState, _ observed: ObservedState) -> [NameMistake] {
        let names = NameIndex(observed)
        var mistakes: [NameMistake] = []
        for service in desired.services where service.state == .present {
            for error in service.provider.map(names.mistakes) ?? [] {
                if let index = mistakes.firstIndex(where: { $0.message == error.message }) {
                    if mistakes[index].slugs.last != service.slug { mistakes[index].slugs.append(service.slug) }
                } else {
                    mistakes.append(NameMistake(message: error.message, hint: error.hint, slugs: [service.slug]))
                }
            }
        }
        return mistakes
    }
}
