/// What the files declare: every service, with its defaults applied and all rules checked.
package struct DesiredState: Sendable, Equatable {
    /// Whose services these are; written into the ownership mark of each.
    package var owner: String
    /// All services of all files, ordered by slug.
    package var services: [Service]

    package init(owner: String, services: [Service]) {
        self.owner = owner
        self.services = services
    }
}
