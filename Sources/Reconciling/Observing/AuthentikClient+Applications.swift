import AuthentikAPI
import Kinds

extension AuthentikClient {
    /// How many applications are read at the same time: as many as the transport has connections to one host.
    private static let readingConcurrency = 8

    /// The applications of those slugs that are there, for an account that is no superuser.
    ///
    /// - Parameters:
    ///   - listed: what the account's list shows; a row is taken from it where the release's lists can be believed.
    ///   - release: the release that answers.
    /// - Returns: the applications, ordered by slug.
    func applications(slugs: Set<String>, listed: [Application], release: Release) async throws -> [Application] {
        let current = release.listsCurrentApplications ? listed.filter { slugs.contains($0.slug) } : []
        let hidden = slugs.subtracting(current.map(\.slug)).sorted()
        return (current + (try await read(hidden))).sorted { $0.slug < $1.slug }
    }

    private func read(_ slugs: [String]) async throws -> [Application] {
        try await withThrowingTaskGroup(of: Application?.self) { group in
            var waiting = slugs.makeIterator()
            func startNext() {
                guard let slug = waiting.next() else { return }
                group.addTask { try await application(slug: slug) }
            }
            for _ in 0..<Self.readingConcurrency { startNext() }
            var applications: [Application] = []
            for try await application in group {
                if let application { applications.append(application) }
                startNext()
            }
            return applications
        }
    }
}
