import AuthentikSandbox
import DesiredState
import FoundationEssentials
import JSON
import Kinds
import TestSupport

/// Says by chance who may open the services of a random file, and binds others and gone ones in a random world.
///
/// Its numbers are a stream of their own, so that the worlds without it stay what they are.
struct RandomAccess {
    private var random: RandomSource
    /// The release that the world is.
    let release: Sandbox.Release
    /// The groups that the world lacks; services may have been open to them.
    private let gone: Set<String>

    private static let groups = ["a", "b", "c"]
    private static let madeGroup = "new"
    /// What a mark says of the pk of one that is gone.
    private static let gonePK = "00000000-0000-4000-8000-000000000000"

    init(seed: UInt64) {
        var random = RandomSource(seed: seed &* 31 &+ 0xACCE55)
        release = random.pick([.december2025, .august2026])
        gone = Set(Self.groups.filter { _ in random.chance(20) })
        self.random = random
    }

    // MARK: - The file

    mutating func declare(in desired: inout DesiredState) {
        if random.chance(30) { desired.groups = [Self.madeGroup] }
        for index in desired.services.indices where desired.services[index].state == .present && random.chance(75) {
            desired.services[index].access = access(madeGroups: desired.groups)
        }
    }

    private mutating func access(madeGroups: [String]) -> Access {
        if random.chance(15) { return .everyone }
        let groups = Self.groups.map { AccessSubject.group($0) }
        let others = [AccessSubject.user("ab"), .user("none"), .policy("yes"), .policy("no")]
        let made = madeGroups.map { AccessSubject.group($0) }
        let unknown = random.chance(5) ? [AccessSubject.group("guests")] : []
        var list = (groups + made + unknown).filter { _ in random.chance(40) }
        list += others.filter { _ in random.chance(20) }
        if list.isEmpty { list = [random.pick(groups)] }
        let subjects = Access.Subjects(list, mode: random.chance(35) ? .all : .any, isExclusive: random.chance(20))
        return Access(.subjects(subjects), location: Access.everyone.location)
    }

    // MARK: - The world

    /// People, groups, policies, bindings, and marks that tell of some of them.
    mutating func fill(_ sandbox: Sandbox, _ admin: Admin) async throws {
        let applications = try await admin.list("core/applications/").sorted { $0.slug < $1.slug }
        var bindings: [String: [SandboxState.Binding]] = [:]
        for application in applications { bindings[application.slug] = self.bindings() }
        let modes = applications.map { _ in random.chance(25) ? PolicyEngineMode.all : .any }
        let closing = random.chance(40) ? random.pick(["return False", "return False", "return True"]) : nil
        let closed = closing == nil ? nil : applications.filter { _ in random.chance(15) }.map(\.slug)
        let groups = Self.groups.filter { !gone.contains($0) }
        let all = bindings
        sandbox.change { state in
            for person in People.all { state.addUser(person) }
            for group in groups { state.addGroup(group, members: People.members(of: group)) }
            state.addGroup("z")
            state.addExpressionPolicy("yes", "return True")
            state.addExpressionPolicy("no", "return False")
            if let closing { state.addExpressionPolicy(ExpressionPolicy.nobodyName, closing) }
            for (application, mode) in zip(applications, modes) {
                state.addApplication(application.slug, mode: mode)
                state.bind(application.slug, to: all[application.slug] ?? [])
            }
            for slug in closed ?? [] { state.bind(slug, to: .init(.policy(ExpressionPolicy.nobodyName), order: 99)) }
        }
        try await tell(admin)
    }

    /// Each at a place of its own: what stands at one place stands there in any order.
    private mutating func bindings() -> [SandboxState.Binding] {
        let groups = (Self.groups.filter { !gone.contains($0) } + ["z"]).map { SandboxState.Subject.group($0) }
        let subjects = groups + groups + [.user("ab"), .user("bc"), .policy("yes"), .policy("no")]
        guard random.chance(75) else { return [] }
        return (0..<Int.random(in: 1...4, using: &random)).map { place in
            let expires = release == .august2026 && random.chance(12) ? Date(timeIntervalSince1970: 4e9) : nil
            return SandboxState.Binding(
                random.pick(subjects),
                order: place * 2,
                isEnabled: random.chance(85),
                isNegated: random.chance(12),
                expires: expires
            )
        }
    }

    /// Lets this owner's marks tell of bindings: that are there, that are about to be made, and that are gone.
    private mutating func tell(_ admin: Admin) async throws {
        let bindings = try await admin.list("policies/bindings/")
        let marks = try await admin.list("core/application_entitlements/")
        for mark in marks.sorted(by: { $0["attributes"].slug < $1["attributes"].slug }) {
            guard var attributes = mark["attributes"]?.object, attributes["owner"] == "ours",
                attributes["version"] == 1, random.chance(75)
            else { continue }
            let bound = bindings.filter { $0["target"] == mark["app"] }.sorted { $0.order < $1.order }
            var told = bound.filter { _ in random.chance(65) }.compactMap { entry(of: $0) }
            for group in gone.sorted() where random.chance(40) {
                told.append(["group": .string(group), "pk": .string(Self.gonePK), "order": 9])
            }
            attributes["access"] = .array(told)
            let path = "core/application_entitlements/\(mark["pbm_uuid"]?.string ?? "")/"
            try await admin.send("PATCH", path, ["attributes": .object(attributes)])
        }
    }

    private mutating func entry(of binding: JSONValue) -> JSONValue? {
        let isMoved = random.chance(10)
        let isToCome = random.chance(15)
        let kinds = SubjectKind.allCases
        guard let kind = kinds.first(where: { !(binding[$0.rawValue]?.isNull ?? true) }) else { return nil }
        let object = binding["\(kind.rawValue)_obj"]
        let pk = binding[kind.rawValue]
        var entry: [String: JSONValue] = [
            kind.rawValue: object?["username"] ?? object?["name"] ?? "",
            "pk": pk?.string.map(JSONValue.string) ?? .string("\(pk?.integer ?? 0)"),
            "order": .integer(binding.order + (isMoved ? 20 : 0)),
        ]
        if !isToCome { entry["binding"] = binding["pk"] }
        return .object(entry)
    }
}

extension JSONValue {
    fileprivate var order: Int { self["order"]?.integer ?? 0 }
    fileprivate var slug: String { self["slug"]?.string ?? "" }
}

extension JSONValue? {
    fileprivate var slug: String { self?["slug"]?.string ?? "" }
}
