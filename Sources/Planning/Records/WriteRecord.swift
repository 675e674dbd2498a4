import DesiredState
package import JSON
import Kinds

/// One write, without the values of secrets.
package struct WriteRecord: Sendable, Equatable, Codable {
    package enum Action: String, Sendable, Codable, CaseIterable {
        case createApplicationAndProvider = "create-application-and-provider"
        case createProvider = "create-provider"
        case updateProvider = "update-provider"
        case createApplication = "create-application"
        case updateApplication = "update-application"
        case createMark = "create-mark"
        case updateMark = "update-mark"
        case restartWorkload = "restart-workload"
        case publish = "publish"
        case deleteProvider = "delete-provider"
        case deleteApplication = "delete-application"
        case deleteMark = "delete-mark"
    }

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
    /// The keys that are published, all of them.
    package var published: [String: JSONValue]?
    /// The fields, or keys, whose values are secret.
    package var secretFields: [String]?
    /// The pk of the provider that the application gets, or `created` for the one made before.
    package var link: String?
    /// The attributes of an ownership mark, without the version of a Secret and the time of a restart, which are those of
    /// the moment when it is written.
    package var mark: JSONValue?

    package init(_ write: Write) {
        switch write {
        case .createApplicationAndProvider(let application, let provider):
            self.init(.createApplicationAndProvider, application: application, provider: provider)
        case .createProvider(let assignments):
            self.init(.createProvider, provider: assignments)
        case .updateProvider(let pk, let assignments):
            self.init(.updateProvider, "\(pk)", provider: assignments)
        case .createApplication(let assignments, let link):
            self.init(.createApplication, application: assignments, link: link)
        case .updateApplication(let slug, let assignments, let link):
            self.init(.updateApplication, slug, application: assignments, link: link)
        case .createMark(let application, let mark):
            self.init(.createMark, application, mark: mark)
        case .updateMark(let entitlement, let mark):
            self.init(.updateMark, entitlement, mark: mark)
        case .restartWorkload(let workload, _):
            self.init(.restartWorkload, workload.description)
        case .publish(let content):
            self.init(.publish, content.object.description, published: content.assignments)
        case .deleteProvider(let pk):
            self.init(.deleteProvider, "\(pk)")
        case .deleteApplication(let slug):
            self.init(.deleteApplication, slug)
        case .deleteMark(let entitlement):
            self.init(.deleteMark, entitlement)
        }
    }

    private init(
        _ action: Action,
        _ target: String? = nil,
        application: [FieldAssignment]? = nil,
        provider: [FieldAssignment]? = nil,
        published: [FieldAssignment]? = nil,
        link: ProviderLink? = nil,
        mark: OwnershipMark? = nil
    ) {
        self.action = action
        self.target = target
        self.application = application.map(Self.values)
        self.provider = provider.map(Self.values)
        self.published = published.map(Self.values)
        let secrets = [application, provider, published].flatMap { $0 ?? [] }.filter(\.value.isSecret).map(\.field)
        secretFields = secrets.isEmpty ? nil : secrets
        switch link {
        case .existing(let pk): self.link = "\(pk)"
        case .created: self.link = "created"
        case nil: break
        }
        self.mark = mark.map(Self.attributes)
    }

    private static func attributes(_ mark: OwnershipMark) -> JSONValue {
        guard let rotation = mark.rotation, var members = mark.attributes.object else { return mark.attributes }
        members["rotation"] = ["pending": .bool(rotation.isPending)]
        return .object(members)
    }

    private static func values(_ assignments: [FieldAssignment]) -> [String: JSONValue] {
        Dictionary(
            assignments.filter { !$0.value.isSecret }.map { ($0.field, $0.value.json) },
            uniquingKeysWith: { $1 }
        )
    }
}

extension WriteRecord: CustomStringConvertible {
    /// In a few words, without values: `update-provider 7 (redirect_uris)`.
    package var description: String {
        let fields = [application, provider, published].compactMap { $0?.keys }.flatMap { $0 } + (secretFields ?? [])
        return action.rawValue + (target.map { " \($0)" } ?? "")
            + (fields.isEmpty ? "" : " (\(fields.sorted().joined(separator: ", ")))")
            + (link.map { " link \($0)" } ?? "")
    }
}
