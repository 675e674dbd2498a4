/// What a pass or plan is about, where it is not about everything that the file says.
package struct Narrowing: Sendable, Equatable, Codable {
    /// The slugs of the only services that it is about, sorted; empty for all.
    package var only: [String]
    /// Whether secrets are neither resolved nor compared.
    package var withoutSecrets: Bool

    package init(only: [String] = [], withoutSecrets: Bool = false) {
        self.only = Set(only).sorted()
        self.withoutSecrets = withoutSecrets
    }

    /// Whether it is about a service.
    package func includes(_ slug: String) -> Bool { only.isEmpty || only.contains(slug) }
}

/// Slugs that a narrowing names, and that neither the file nor an orphan has.
package struct UnknownServices: Error, Equatable, CustomStringConvertible {
    package struct Name: Sendable, Equatable {
        package var slug: String
        /// The nearest slug that there is.
        package var suggestion: String?
    }

    package var names: [Name]

    /// A line for each, with the nearest name that there is.
    package var description: String {
        names.map { name in
            "there is no service '\(name.slug)', neither declared nor an orphan"
                + (name.suggestion.map { "; did you mean '\($0)'?" } ?? "")
        }.joined(separator: "\n")
    }
}
