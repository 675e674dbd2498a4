import DesiredState
package import JSON
import Kinds

/// One write, without the values of secrets.
package struct WriteRecord: Sendable, Equatable, Codable {
    package var action: Action
    /// The pk, or an application's slug; for a new mark, its application's pk; for a workload, `deployment
    /// monitoring/grafana`; for what is published, `ConfigMap monitoring/grafana-oidc`.
    ///
    /// Absent for what does not exist yet.
    package var target: String?
    /// The fields of an application, as they will be sent.
    package var application: [String: JSONValue]?
    /// The fields of a provider, as they will be sent.
    package var provider: [String: JSONValue]?
    /// The fields of bindings, as they will be sent; the subject is a pk, or `created` for one created before.
    package var bindings: [[String: JSONValue]]?
    /// All keys that are published.
    package var published: [String: JSONValue]?
    /// The fields or keys whose values are secret.
    package var secretFields: [String]?
    /// The outpost, and whether it serves the service's provider afterwards.
    package var outpost: [String: JSONValue]?
    /// The pk of the provider that the application is linked to, or `created` for one created before.
    package var link: String?
    /// The attributes of an ownership mark, without the version of a Secret and the time of a restart, which are only
    /// known when it is written.
    package var mark: JSONValue?

    /// Nil for a step that plans do not show; see ``Action/init(_:)``.
    package init?(_ effect: Effect) {
        guard let action = Action(effect) else { return nil }
        self.action = action
        switch effect {
        case .create(let objects): objects.forEach { take($0) }
        case .update(let key, let fields):
            target = key.maker == nil ? key.key : nil
            take(fields)
        case .delete(let object): target = object.key
        case .claim: break
        case .createMark(let application, let content, _):
            target = application.existing
            mark = Self.attributes(content.mark)
        case .updateMark(let entitlement, let content):
            target = entitlement
            mark = Self.attributes(content.mark)
        case .deleteMark(let entitlement): target = entitlement
        case .restart(let workload, _): target = workload.description
        case .serve(let membership):
            target = membership.outpost
            outpost = ["name": .string(membership.name), "serves": .bool(membership.isServed)]
        case .publish(let content):
            target = content.object.description
            published = values(content.assignments)
        }
    }

    private mutating func take(_ fields: ObjectFields) {
        let values = values(fields.assignments)
        switch fields.kind {
        case .application: application = values
        case .oauth2Provider, .proxyProvider: provider = values
        case .policyBinding: bindings = (bindings ?? []) + [values.merging(fields.bound) { $1 }]
        default: break  // No service writes one; see ``SharedRecord``.
        }
        guard let link = fields.references.first(where: { $0.field == Application.providerLink }) else {
            return
        }
        switch link.object {
        case .existing(let pk): self.link = pk.integer.map { "\($0)" }
        case .made: self.link = "created"
        }
    }

    /// The values that are not secret; the names of the secret ones are recorded.
    private mutating func values(_ assignments: [FieldAssignment]) -> [String: JSONValue] {
        let secrets = assignments.filter(\.value.isSecret).map(\.field)
        if !secrets.isEmpty { secretFields = (secretFields ?? []) + secrets }
        return Dictionary(
            assignments.filter { !$0.value.isSecret }.map { ($0.field, $0.value.recorded) },
            uniquingKeysWith: { $1 }
        )
    }

    private static func attributes(_ mark: OwnershipMark) -> JSONValue {
        guard let rotation = mark.rotation, var members = mark.attributes.object else { return mark.attributes }
        members["rotation"] = ["pending": .bool(rotation.isPending)]
        return .object(members)
    }
}

extension FieldValue {
    /// As it will be sent; `created` stands for what is created before.
    fileprivate var recorded: JSONValue {
        guard case .references(let references) = self else { return json }
        return .array(references.map { $0.pk == .null ? "created" : $0.pk })
    }
}

extension ObjectFields {
    /// The subject of a binding.
    fileprivate var bound: [String: JSONValue] {
        let subjects = references.filter { $0.field != PolicyBinding.targetField }
        return Dictionary(subjects.map { ($0.field, $0.object.existing ?? "created") }, uniquingKeysWith: { $1 })
    }
}

extension WriteRecord {
    /// What a write does: a verb and the kind of its object.
    package struct Action: RawRepresentable, Sendable, Hashable, Codable, CaseIterable {
        package static let createApplicationAndProvider = Action("create-application-and-provider")
        package static let createProvider = Action("create-provider")
        package static let updateProvider = Action("update-provider")
        package static let createApplication = Action("create-application")
        package static let updateApplication = Action("update-application")
        package static let createMark = Action("create-mark")
        package static let updateMark = Action("update-mark")
        package static let restartWorkload = Action("restart-workload")
        package static let publish = Action("publish")
        package static let updateOutpost = Action("update-outpost")
        package static let deleteProvider = Action("delete-provider")
        package static let deleteApplication = Action("delete-application")
        package static let deleteMark = Action("delete-mark")

        /// The kinds of objects that make up a service.
        private static let ofServices = [Kind.oauth2Provider, .proxyProvider, .application, .policyBinding]

        /// The kinds that name a write: the bindings of a transaction belong to its application.
        private static func created(_ objects: [ObjectFields]) -> [String] {
            let kinds = objects.map(\.kind)
            return (kinds.count > 1 ? kinds.filter { $0 != .policyBinding } : kinds).map(\.id)
        }

        /// In the order in which the schema of plans lists them.
        package static let allCases =
            [createApplicationAndProvider, Action("create-application-and-proxy-provider")]
            + ofServices.flatMap { [Action("create-\($0.id)"), Action("update-\($0.id)")] }
            + [createMark, updateMark, restartWorkload, publish, updateOutpost]
            + ofServices.map { Action("delete-\($0.id)") } + [deleteMark]

        package let rawValue: String

        /// Nil if no write has it.
        package init?(rawValue: String) {
            guard let known = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
            self = known
        }

        private init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// Nil for a claim: plans only show the mark that completes it.
        package init?(_ effect: Effect) {
            switch effect {
            case .create(let objects): self.init("create-\(Self.created(objects).joined(separator: "-and-"))")
            case .update(let key, _): self.init("update-\(key.kind.id)")
            case .delete(let key): self.init("delete-\(key.kind.id)")
            case .claim: return nil
            case .createMark: self = .createMark
            case .updateMark: self = .updateMark
            case .deleteMark: self = .deleteMark
            case .restart: self = .restartWorkload
            case .serve: self = .updateOutpost
            case .publish: self = .publish
            }
        }
    }
}

extension WriteRecord: CustomStringConvertible {
    /// In a few words, without values: `update-provider 7 (redirect_uris)`, `create-binding for group`.
    package var description: String {
        let fields = [application, provider, published].compactMap { $0?.keys }.flatMap { $0 } + (secretFields ?? [])
        let subjects = (bindings ?? []).flatMap { binding in
            SubjectKind.allCases.map(\.rawValue).filter { binding[$0] != nil }
        }
        return action.rawValue + (target.map { " \($0)" } ?? "")
            + (fields.isEmpty ? "" : " (\(fields.sorted().joined(separator: ", ")))")
            + (link.map { " link \($0)" } ?? "")
            + (subjects.isEmpty ? "" : " for \(subjects.joined(separator: ", "))")
    }
}
