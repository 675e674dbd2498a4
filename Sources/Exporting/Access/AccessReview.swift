package import AuthentikAPI
import Base
import Kinds
import Planning

/// Lists who may open which applications, and asks Authentik about a user; never writes.
package struct AccessReview: Sendable {
    private let client: AuthentikClient
    /// The number of applications checked at the same time.
    private static let concurrency = 4

    package init(client: AuthentikClient) {
        self.client = client
    }

    /// Why there is no list.
    package enum Refusal: Error, Sendable, CustomStringConvertible {
        /// Authentik would hide objects from the account.
        case limited(username: String)
        /// There is no such user or group.
        case unknown(String)

        package var description: String {
            switch self {
            case .limited(let username):
                "listing access needs the token of a superuser: Authentik shows the account '\(username)' "
                    + "only the applications that it may open itself, and checks access for nobody else"
            case .unknown(let complaint): complaint
            }
        }
    }

    /// A handful of list requests regardless of the number of objects; with a user, one more for each listed
    /// application.
    ///
    /// - Parameters:
    ///   - username: the user whose access is checked.
    ///   - group: the group that the list is limited to.
    /// - Throws: ``Refusal``, `AuthentikError` or `CancellationError`.
    package func list(user username: String? = nil, group: String? = nil) async throws -> AccessList {
        let account = try await client.account()
        guard account.isSuperuser else { throw Refusal.limited(username: account.username) }
        async let applications = client.applications()
        async let bindings = client.policyBindings()
        async let marks = client.entitlements(named: OwnershipMark.entitlementName)
        async let userPK = user(named: username)
        async let known: Void = check(group: group)
        let release = try await client.release()
        async let isOpen = client.opensWithoutBinding(release)
        try await known
        let pk = try await userPK
        var list = try await AccessList(
            authentik: AuthentikRecord(url: client.address.description, release: release.description),
            applications: applications,
            bindings: bindings,
            marks: marks.compactMap(ObservedMark.init),
            isOpenWithoutBinding: isOpen ?? true
        )
        if let group { list.narrow(toGroup: group) }
        if let username, let pk { try await check(username, pk, in: &list) }
        return list
    }

    private func user(named name: String?) async throws -> Int? {
        guard let name else { return nil }
        guard let user = try await client.users(named: [name]).first else {
            throw Refusal.unknown("there is no user '\(name)'; --user expects a username")
        }
        return user.pk
    }

    private func check(group name: String?) async throws {
        guard let name else { return }
        let names = try await client.groups().map(\.name)
        guard !names.contains(where: { $0.exact == name.exact }) else { return }
        let nearest = Suggestion.nearest(to: name, among: names.sorted()).map { "; did you mean '\($0)'?" } ?? ""
        throw Refusal.unknown("there is no group '\(name)'\(nearest)")
    }

    /// Checks each application, a few at a time; one that no longer exists is left out.
    private func check(_ username: String, _ user: Int, in list: inout AccessList) async throws {
        list.user = username
        let all = list.applications
        list.applications = try await withThrowingTaskGroup(of: (Int, AccessAnswer?).self) { group in
            var waiting = all.indices.makeIterator()
            func askNext() {
                guard let index = waiting.next() else { return }
                group.addTask { (index, try await client.access(of: user, to: all[index].slug)) }
            }
            for _ in 0..<Self.concurrency { askNext() }
            var answers: [Int: AccessAnswer] = [:]
            for try await (index, answer) in group {
                answers[index] = answer
                askNext()
            }
            return all.indices.compactMap { index in
                guard let answer = answers[index] else { return nil }
                var application = all[index]
                application.mayOpen = answer.isPassing
                application.messages = answer.messages
                return application
            }
        }
    }
}
