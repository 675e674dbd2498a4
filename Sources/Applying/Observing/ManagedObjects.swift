package import AuthentikAPI
import Base
package import Kinds
package import Planning

/// The objects in Authentik that a pass concerns, used to find the relevant entries of the audit log.
package struct ManagedObjects: Sendable, Equatable {
    private var slugs: [Key: String] = [:]
    /// The shared objects, which belong to no service.
    private var shared: [Key: SharedName] = [:]
    /// Nil if the file does not declare access.
    private var access: ManagedAccess?

    package init() {}

    /// - Parameters:
    ///   - plan: the services and the existing shared objects; any other application is included if it carries the
    ///     owner's mark, or may carry it.
    ///   - owner: the owner whose marks are considered.
    ///   - subjects: the names of the subjects that may open services, by kind.
    package init(
        _ plan: Plan,
        _ observed: ObservedState,
        owner: String,
        access subjects: [SubjectKind: Set<String>] = [:]
    ) {
        let planned = Set(plan.services.map(\.slug))
        let marks = Dictionary(grouping: observed.marks, by: \.application)
        let proxies = Set(observed.providers.lazy.filter { $0.kind != .oauth2 }.map(\.pk))
        var targets: [String: String] = [:]
        for application in observed.applications {
            // Includes damaged marks: a correction must be noticed.
            let own = (marks[application.pk] ?? []).map(\.remains).filter { $0.mayBelong(to: owner) }
            guard planned.contains(application.slug) || !own.isEmpty else { continue }
            let slug = own.first?.slug ?? application.slug
            add(.application, pk: application.pk, for: slug)
            targets[application.pk] = slug
            for provider in Set([application.provider] + own.map(\.provider)).compactMap({ $0 }) {
                add(.oauth2Provider, pk: "\(provider)", for: slug)
                if proxies.contains(provider) { add(.proxyProvider, pk: "\(provider)", for: slug) }
            }
            for mark in marks[application.pk] ?? [] {
                add(.mark, pk: mark.pk, for: slug)
            }
        }
        access = observed.access.map { access in
            let bound = observed.marks.filter { targets[$0.application] != nil }.flatMap(\.bound)
            return ManagedAccess(access, groups: observed.groups, named: subjects, bound: bound, targets: targets)
        }
        for object in plan.shared {
            guard let pk = object.pk, let key = Key(object.kind, pk: pk) else { continue }
            shared[key] = object.identity
        }
        for outpost in observed.outposts {
            guard let key = Key(.outpost, pk: outpost.pk) else { continue }
            shared[key] = SharedName(.outpost, outpost.name)
        }
    }

    /// Whether an entry is about any of these objects.
    package func include(_ event: AuditEvent) -> Bool {
        Key(event).map { slugs[$0] != nil || shared[$0] != nil } ?? false || access?.include(event) ?? false
    }

    /// The slug of the service that an entry is about; nil if it is about something else.
    package func slug(of event: AuditEvent) -> String? {
        Key(event).flatMap { slugs[$0] } ?? access?.slug(of: event)
    }

    /// The shared object that an entry is about; nil if it is about something else.
    package func shared(of event: AuditEvent) -> SharedName? { Key(event).flatMap { shared[$0] } }

    /// The scope of the pass that an entry requires.
    ///
    /// | an entry about | |
    /// |---|---|
    /// | a flow, key, scope mapping or source | everything: files refer to them by name, which may now mean another one |
    /// | any other object that is not managed | nothing |
    /// | an object of a service | that service |
    /// | a shared object, a group, a user, a policy, or a binding that no pass has seen | everything |
    package func scope(of event: AuditEvent) -> PassScope? {
        if event.isOfNamedObject { return .everything }
        guard include(event) else { return nil }
        guard !isUnknown(event), let slug = slug(of: event) else { return .everything }
        let isApplication = ObjectModel(event.app ?? "", event.modelName ?? "") == Kind.application.model
        let deleted = event.isDeletion && isApplication ? event.objectPK.map(undashed) : nil
        return .services(ChangedServices([slug], deleted: Set([deleted].compactMap(\.self))))
    }

    /// Whether only the next pass can determine which service an entry is about.
    package func isUnknown(_ event: AuditEvent) -> Bool { access?.isUnknown(event) ?? false }

    /// Adds what a pass created for a service.
    mutating func add(_ made: MadeObjects, for slug: String) {
        if let pk = made.application { add(.application, pk: pk, for: slug) }
        if let pk = made.provider {
            add(.oauth2Provider, pk: "\(pk)", for: slug)
            add(.proxyProvider, pk: "\(pk)", for: slug)
        }
        if let pk = made.mark { add(.mark, pk: pk, for: slug) }
        for pk in made.bindings { access?.note(pk, slug: slug) }
    }

    /// Adds a shared object that a pass created.
    mutating func add(_ outcome: SharedOutcome) {
        if let key = outcome.made.flatMap({ Key(outcome.kind, pk: $0) }) { shared[key] = outcome.identity }
    }

    private mutating func add(_ kind: Kind, pk: String, for slug: String) {
        if let key = Key(kind, pk: pk) { slugs[key] = slug }
    }
}

/// The pks of the objects that a pass created for a service; nil for those that it did not create.
package struct MadeObjects: Sendable, Equatable {
    package var application: String?
    package var provider: Int?
    package var mark: String?
    /// The bindings that give access to it.
    package var bindings: [String] = []
}

extension AuditEvent {
    private static let namedModels = Set([Kind.flow, .certificate, .scopeMapping].compactMap(\.model))
    /// Each type of source has a model, in an app of its own.
    private static let sourceApps = "authentik_sources"

    /// Whether it is about an object that files refer to by name, and that targeted passes do not read.
    fileprivate var isOfNamedObject: Bool {
        guard let app, let modelName else { return false }
        return app.hasPrefix(Self.sourceApps) || Self.namedModels.contains(ObjectModel(app, modelName))
    }
}

extension ObservedMark {
    /// The subjects that this program bound, if the mark can be read.
    var bound: [BoundSubject] {
        guard case .mark(let mark) = reading else { return [] }
        return mark.access ?? []
    }
}

/// An object's identity in the audit log.
private struct Key: Hashable, Sendable {
    private var app: String
    private var model: String
    private var pk: String

    init(app: String, model: String, pk: String) {
        self.app = app
        self.model = model
        self.pk = undashed(pk)
    }

    init?(_ kind: Kind, pk: String) {
        guard let model = kind.model else { return nil }
        self.init(app: model.app, model: model.name, pk: pk)
    }

    init?(_ event: AuditEvent) {
        guard let app = event.app, let model = event.modelName, let pk = event.objectPK else { return nil }
        self.init(app: app, model: model, pk: pk)
    }
}
