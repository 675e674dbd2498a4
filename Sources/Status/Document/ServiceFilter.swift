/// Which services of a status are wanted: `?service=grafana&state=failed,blocked`.
///
/// A service has to have one of the names, if there are any, and be in one of the states, if there are any. The rest of
/// the document, totals included, is about everything.
package struct ServiceFilter: Sendable, Hashable {
    /// The slugs; empty for all.
    ///
    /// A slug that no service has is not an error: the service may be declared later.
    package var slugs: Set<String> = []
    /// Empty for all.
    package var states: Set<SyncState> = []

    package init(slugs: Set<String> = [], states: Set<SyncState> = []) {
        self.slugs = slugs
        self.states = states
    }

    /// Whether it leaves nothing out.
    package var isEmpty: Bool { slugs.isEmpty && states.isEmpty }

    package func contains(_ service: ServiceStatus) -> Bool {
        (slugs.isEmpty || slugs.contains(service.slug)) && (states.isEmpty || states.contains(service.state))
    }

    /// The positions of the services that are wanted.
    package func indices(in services: [ServiceStatus]) -> [Int] {
        services.indices.filter { contains(services[$0]) }
    }
}

extension ServiceFilter {
    /// Not a state of a service.
    package struct UnknownState: Error, Sendable, CustomStringConvertible {
        /// A sentence without a full stop.
        package let description: String

        fileprivate init(_ text: Substring) {
            let states = SyncState.allCases.map(\.rawValue).joined(separator: ", ")
            description = "unknown state '\(text)'; expected one of \(states)"
        }
    }

    /// Adds states from a list such as `failed,blocked`; forms send empty items, which are skipped.
    package mutating func add(states list: String) throws(UnknownState) {
        for text in list.split(separator: ",") {
            guard let state = SyncState(rawValue: String(text)) else { throw UnknownState(text) }
            states.insert(state)
        }
    }

    /// Names and values of an address's query; the same for the same filter.
    package var query: [(name: String, value: String)] {
        let list = SyncState.allCases.filter(states.contains).map(\.rawValue).joined(separator: ",")
        return slugs.sorted().map { ("service", $0) } + (list.isEmpty ? [] : [("state", list)])
    }
}
