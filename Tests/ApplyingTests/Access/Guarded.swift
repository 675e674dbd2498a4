import Applying
import AuthentikSandbox
import DesiredState
import JSON
import Kinds
import Planning
import TestSupport
import Testing

/// Who is there to be let in: each is called after the groups that they are in, of `a`, `b` and `c`; `none` is in none.
enum People {
    static let all = ["a", "b", "c", "ab", "ac", "bc", "abc", "none"]

    static func members(of group: String) -> [String] { all.filter { $0 != "none" && $0.contains(group) } }
}

extension SandboxState {
    /// An installation with people, their groups, and the policies `yes` and `no`.
    static func withPeople(_ release: Sandbox.Release) -> SandboxState {
        var state = SandboxState(release: release, token: "sandbox-token")
        for person in People.all { state.addUser(person) }
        for group in ["a", "b", "c"] { state.addGroup(group, members: People.members(of: group)) }
        state.addGroup("z")
        state.addExpressionPolicy("yes", "return True")
        state.addExpressionPolicy("no", "return False")
        return state
    }

    /// The people who can open something by one of some applications.
    func letIn(_ slugs: Set<String>) -> Set<String> {
        let people = slugs.filter(hasSomethingToOpen).flatMap { slug in People.all.filter { mayOpen(slug, as: $0) } }
        return Set(people)
    }

    /// What is bound: `group a`, with what is odd about it: `group a disabled negated`.
    func bound(_ slug: String) -> [String] { bindings(of: slug).map(\.short) }
}

extension SandboxState.Binding {
    fileprivate var short: String {
        let odd = [isEnabled ? nil : "disabled", isNegated ? "negated" : nil, expires == nil ? nil : "expiring"]
        return ([subject.short] + odd.compactMap { $0 }).joined(separator: " ")
    }
}

extension SandboxState.Subject {
    var short: String {
        switch self {
        case .group(let name): "group \(name)"
        case .user(let name): "user \(name)"
        case .policy(let name): "policy \(name)"
        }
    }
}

// MARK: - What is declared

extension Access {
    static let everyone = Access(.everyone, location: SourceLocation(file: "services.yaml", line: 1, column: 1))

    static func any(_ subjects: AccessSubject..., exclusive: Bool = false) -> Access {
        Access(.subjects(Subjects(subjects, mode: .any, isExclusive: exclusive)), location: everyone.location)
    }

    static func all(_ subjects: AccessSubject..., exclusive: Bool = false) -> Access {
        Access(.subjects(Subjects(subjects, mode: .all, isExclusive: exclusive)), location: everyone.location)
    }
}

extension AccessSubject {
    static func group(_ name: String) -> AccessSubject { AccessSubject(.group, name) }
    static func user(_ name: String) -> AccessSubject { AccessSubject(.user, name) }
    static func policy(_ name: String) -> AccessSubject { AccessSubject(.policy, name) }

    private init(_ kind: SubjectKind, _ name: String) {
        self.init(kind, name, location: Access.everyone.location)
    }

    var short: String { "\(kind.rawValue) \(name)" }
}

extension Service {
    static func bookmark(_ slug: String, _ access: Access?) -> Service {
        var service = Service(slug: slug, location: Access.everyone.location)
        service.name = "Service \(slug)"
        service.launchURL = "https://\(slug).example.net"
        service.access = access
        return service
    }

    static func oidc(_ slug: String, _ access: Access?) -> Service {
        var service = bookmark(slug, access)
        var provider = Provider(slug: slug, redirectURIs: [RedirectURI("https://\(slug).example.net/callback")])
        provider.secret = .environment("GRAFANA_OAUTH_CLIENT_SECRET")
        service.provider = provider
        return service
    }

    func adopting(_ policy: AdoptionPolicy) -> Service {
        var service = self
        service.adopt = policy
        return service
    }

    func renamed(from slug: String) -> Service {
        var service = self
        service.renamedFrom = [slug]
        return service
    }

    /// The same with somebody else to open it.
    func open(to access: Access?) -> Service {
        var service = self
        service.access = access
        return service
    }
}

// MARK: - Passes, and what somebody does by hand

extension Homelab {
    /// One pass, write after write, over a file of these services, which makes these groups.
    @discardableResult
    func pass(over services: Service..., groups: [String] = []) async throws -> PassReport {
        try await makePass(over: services, groups: groups).run()
    }

    func makePass(over services: [Service], groups: [String] = []) async throws -> Pass {
        var desired = DesiredState(owner: "homelab", services: services.sorted { $0.slug < $1.slug })
        desired.groups = groups
        var pass = try await makePass(of: desired)
        pass.concurrency = 1
        return pass
    }

    /// The next pass has nothing to write.
    func expectDone(
        _ services: Service...,
        groups: [String] = [],
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) async throws {
        let plan = try await makePass(over: services, groups: groups).plan().plan
        #expect(plan.changing.map(\.reason) == [], sourceLocation: sourceLocation)
        #expect(!plan.changesShared, sourceLocation: sourceLocation)
    }

    /// The bindings of an application, as Authentik answers them.
    func bindings(of slug: String) async throws -> [JSONValue] {
        let target = try await admin.application(slug)["pk"]?.string ?? ""
        return try await admin.list("policies/bindings/?target=\(target)")
    }

    func binding(_ slug: String, of name: String) async throws -> JSONValue {
        let found = try await bindings(of: slug).first { binding in
            ["group_obj", "user_obj", "policy_obj"].contains { key in
                binding[key]?["name"]?.string == name || binding[key]?["username"]?.string == name
            }
        }
        return try #require(found, "nothing binds '\(name)'")
    }

    /// Changes what binds a group, user or policy; Authentik wants the target and the subject with it.
    func changeBinding(_ slug: String, of name: String, _ fields: [String: JSONValue]) async throws {
        let binding = try await binding(slug, of: name)
        let subject = ["group", "user", "policy"].first { !(binding[$0]?.isNull ?? true) } ?? ""
        let names = fields.keys.contains { ["group", "user", "policy"].contains($0) } ? [] : [subject]
        let kept = (["target"] + names).map { ($0, binding[$0] ?? .null) }
        let body = fields.merging(kept) { $1 }
        try await admin.send("PATCH", "policies/bindings/\(binding["pk"]?.string ?? "")/", .object(body))
    }

    func deleteBinding(_ slug: String, of name: String) async throws {
        let pk = try await binding(slug, of: name)["pk"]?.string ?? ""
        try await admin.send("DELETE", "policies/bindings/\(pk)/")
    }

    func group(_ name: String) async throws -> JSONValue {
        try #require(try await admin.list("core/groups/?name=\(name)").first, "there is no group '\(name)'")
    }

    /// Deletes a group, and with it, as Authentik does, what binds it.
    func deleteGroup(_ name: String) async throws {
        try await admin.send("DELETE", "core/groups/\(try await group(name)["pk"]?.string ?? "")/")
    }

    /// Makes a group again that was deleted: it has another pk.
    func restoreGroup(_ name: String) { sandbox.change { $0.addGroup(name, members: People.members(of: name)) } }

    func policy(_ name: String) async throws -> JSONValue {
        let found = try await admin.list("policies/expression/").first { $0["name"]?.string == name }
        return try #require(found, "there is no policy '\(name)'")
    }

    /// Whom the mark of an application tells of: `group a`, or `group a ?` without a binding.
    func marked(_ slug: String) async throws -> [String]? {
        guard let attributes = try await admin.mark(of: slug), case .mark(let mark) = OwnershipMark.read(attributes)
        else { return nil }
        return mark.access?.map { "\($0.subject.kind.rawValue) \($0.name)" + ($0.binding == nil ? " ?" : "") }
    }
}
