/// Selects services of a status: `?service=grafana&state=failed,blocked`.
///
/// A service must have one of the slugs, if any are given, and be in one of the states, if any are given. The rest of
/// the document, including the totals, is not filtered.
package struct ServiceFilter: Sendable, Hashable {
    /// The slugs; empty for all.
    ///
    /// A slug without a service is not an error: the service may be declared later.
    package var slugs: Set<String> = []
    /// Empty for all.
    package var states: Set<SyncState> = []

    package init(slugs: Set<String> = [], states: Set<SyncState> = []) {
        self.slugs = slugs
        self.states = states
    }

    /// Whether it selects everything.
    package var isEmpty: Bool { slugs.isEmpty && states.isEmpty }

    package func contains(_ service: ServiceStatus) -> Bool {
        (slugs.isEmpty || slugs.contains(service.slug)) && (states.isEmpty || states.contains(service.state))
    }

    /// The positions of the selected services.
    package func indices(in services: [ServiceStatus]) -> [Int] {
        services.indices.filter { contains(services[$0]) }
    }
}

extension ServiceFilter {
    /// The error for an unknown state.
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

    /// The names and values of a URL's query; the same for equal filters.
    package var query: [(name: String, value: String)] {
        let list = SyncState.allCases.filter(states.contains).map(\.rawValue).joined(separator: ",")
        return slugs.sorted().map { ("service", $0) } + (list.isEmpty ? [] : [("state", list)])
    }
}
