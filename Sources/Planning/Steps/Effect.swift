package import DesiredState
package import JSON
package import Kinds

/// What a step does, in Authentik or in Kubernetes.
///
/// It can refer to results of other steps: see ``Ref``.
package enum Effect: Sendable {
    /// Creates an object; several in one transaction, all or none, whose pks are listed afterwards.
    case create([ObjectFields])
    /// Changes the given fields.
    case update(ObjectKey, ObjectFields)
    case delete(ObjectKey)
    /// Marks an application before its provider or its bindings are created, so that no other owner adopts it
    /// meanwhile, and what is created for it is known to be this program's.
    ///
    /// The ``createMark(on:_:claim:)`` that follows completes the same mark; plans show only that one.
    case claim(application: Ref<String>, MarkContent)
    /// - Parameter claim: the step that created the mark, which is now completed; nil to create it.
    case createMark(on: Ref<String>, MarkContent, claim: Step.ID? = nil)
    case updateMark(entitlement: String, MarkContent)
    case deleteMark(entitlement: String)
    case restart(Workload, at: Ref<String>)
    /// Adds a provider to an outpost or removes it; all changes due for one outpost at a time are one write.
    case serve(OutpostMembership)
    case publish(PublishedContent)
}

/// An existing object, by the key that its endpoint uses.
package struct ObjectKey: Sendable, Hashable {
    package let kind: Kind
    /// A pk, or what the endpoint uses instead; empty for an object still to be created.
    package let key: String
    /// The step that creates it; nil if it exists.
    package private(set) var maker: Step.ID?

    /// By its current slug.
    package static func application(slug: String) -> ObjectKey { ObjectKey(kind: .application, key: slug) }
    package static func provider(pk: Int) -> ObjectKey { ObjectKey(kind: .oauth2Provider, key: "\(pk)") }
    /// Of the provider's own kind.
    package static func provider(_ provider: OAuth2Provider) -> ObjectKey {
        ObjectKey(kind: provider.kind == .proxy ? .proxyProvider : .oauth2Provider, key: "\(provider.pk)")
    }

    package static func made(_ kind: Kind, by step: Step.ID) -> ObjectKey {
        ObjectKey(kind: kind, key: "", maker: step)
    }

    /// Nil if it is not a number, or names an object of another kind.
    func pk(of kind: Kind) -> Int? { self.kind == kind ? Int(key) : nil }
    /// Nil if it does not name a provider.
    var provider: Int? { pk(of: .oauth2Provider) ?? pk(of: .proxyProvider) }
}

/// The fields to set on an object.
package struct ObjectFields: Sendable {
    package var kind: Kind
    package var assignments: [FieldAssignment]
    /// The fields that refer to objects which this program also writes.
    package var references: [FieldReference]

    package init(_ kind: Kind, _ assignments: [FieldAssignment], references: [FieldReference] = []) {
        self.kind = kind
        self.assignments = assignments
        self.references = references
    }

    /// Of an application, optionally linked to a provider.
    package static func application(_ assignments: [FieldAssignment], provider: Ref<Int>? = nil) -> ObjectFields {
        let link = provider.map { provider in
            let object: Ref<JSONValue> =
                switch provider {
                case .existing(let pk): .existing(.integer(pk))
                case .made(let step): .made(by: step)
                }
            return FieldReference(field: Application.providerLink, kind: .oauth2Provider, object: object)
        }
        return ObjectFields(.application, assignments, references: [link].compactMap { $0 })
    }

    package static func provider(_ assignments: [FieldAssignment]) -> ObjectFields {
        ObjectFields(.oauth2Provider, assignments)
    }

    package static func group(named name: String) -> ObjectFields {
        ObjectFields(.group, [FieldAssignment(field: "name", value: .text(name))])
    }
}

/// A field that refers to the object of another step.
package struct FieldReference: Sendable {
    /// Authentik's name.
    package var field: String
    /// The kind of object that it refers to.
    package var kind: Kind
    package var object: Ref<JSONValue>
    /// For a field with several references: which of the names in its value this is.
    package var element: String?
}

/// Whether an outpost should serve a provider.
package struct OutpostMembership: Sendable, Equatable {
    /// The pk of the outpost.
    package var outpost: String
    /// The outpost's name.
    package var name: String
    package var provider: Ref<Int>
    /// If false, it should no longer serve it.
    package var isServed: Bool

    package init(_ outpost: Outpost, _ provider: Ref<Int>, isServed: Bool) {
        self.outpost = outpost.pk
        name = outpost.name
        self.provider = provider
        self.isServed = isServed
    }
}

/// The content of a mark.
package struct MarkContent: Sendable {
    /// Everything that is known in advance.
    package var mark: OwnershipMark
    /// The provider that it names; nil for none.
    package var provider: Ref<Int>?
    /// The time of the restart in the mark, if it is not known in advance.
    package var restartTime: RestartTime?
    /// The bindings that are created before the mark is written, or right afterwards.
    package var bindings: [PendingBinding] = []

    /// A binding that a step has created or is about to create.
    package struct PendingBinding: Sendable {
        package var subject: Ref<BindingSubject>
        package var kind: SubjectKind
        package var name: String
        package var order: Int
        /// The step that created it, alone or with others; nil if it is not created yet.
        package var binding: Step.ID?
    }

    package init(
        _ mark: OwnershipMark,
        provider: Ref<Int>?,
        restartTime: RestartTime? = nil,
        bindings: [PendingBinding] = []
    ) {
        self.mark = mark
        self.provider = provider
        self.restartTime = restartTime
        self.bindings = bindings
    }

    /// A mark that is completely known.
    package init(_ mark: OwnershipMark) {
        self.init(mark, provider: mark.provider.map(Ref.existing))
    }
}

extension Effect {
    /// Whether the deletion limit can block it.
    package var isDeletion: Bool { if case .delete = self { true } else { false } }

    /// Whether it creates several objects at once, whose pks are not in the answer.
    package var isTransaction: Bool { if case .create(let objects) = self { objects.count > 1 } else { false } }

    /// Whether it is sent to Kubernetes rather than Authentik.
    package var isForKubernetes: Bool {
        switch self {
        case .restart, .publish: true
        default: false
        }
    }

    /// The ownership mark that it writes; nil if it writes none.
    package var mark: OwnershipMark? {
        switch self {
        case .claim(_, let content), .createMark(_, let content, _), .updateMark(_, let content): content.mark
        default: nil
        }
    }

    /// Whether it marks an application that an earlier step created.
    package var marksNewApplication: Bool {
        switch self {
        case .claim(let application, _), .createMark(let application, _, claim: nil): application.maker != nil
        default: false
        }
    }

    /// The provider that it links an application to; nil for none, or for one that is created before.
    var linkedProvider: Int? {
        let fields: [ObjectFields] =
            switch self {
            case .create(let objects): objects
            case .update(_, let fields): [fields]
            default: []
            }
        return fields.filter { $0.kind == .application }.flatMap(\.references)
            .first { $0.field == Application.providerLink }?.object.existing?.integer
    }

    /// The current slug of the application that it unlinks from its provider; nil for none.
    var unlinkedApplication: String? {
        switch self {
        case .delete(let object) where object.kind == .application: object.key
        case .update(let object, let fields) where object.kind == .application && !fields.references.isEmpty: object.key
        default: nil
        }
    }

    /// The steps whose results it needs.
    package var references: Set<Step.ID> {
        switch self {
        case .create(let objects): Set(objects.flatMap(\.makers))
        case .update(let object, let fields): Set(fields.makers + [object.maker].compactMap { $0 })
        case .claim(let application, let content): content.references.union([application.maker].compactMap { $0 })
        case .createMark(let application, let content, let claim):
            content.references.union([application.maker, claim].compactMap { $0 })
        case .updateMark(_, let content): content.references
        case .restart(_, let time): Set([time.maker].compactMap { $0 })
        case .serve(let membership): Set([membership.provider.maker].compactMap { $0 })
        case .delete, .deleteMark, .publish: []
        }
    }
}

extension ObjectFields {
    /// The shared objects that its values refer to.
    fileprivate var shared: [FieldValue.Reference] {
        assignments.flatMap(\.value.references).filter { $0.shared != nil }
    }

    /// The steps whose results it needs.
    fileprivate var makers: [Step.ID] {
        references.compactMap(\.object.maker)
            + shared.filter { $0.pk == .null }.compactMap(\.shared).map(Step.ID.init(ofShared:))
    }
}

extension Effect {
    /// The declared shared objects that the object refers to.
    var sharedReferences: [SharedName] {
        switch self {
        case .create(let objects): objects.flatMap(\.shared).compactMap(\.shared)
        case .update(_, let fields): fields.shared.compactMap(\.shared)
        default: []
        }
    }
}

extension MarkContent {
    /// Whether its content is completely known in advance, except for the time of a restart.
    var isKnown: Bool { provider?.maker == nil && bindings.isEmpty }

    fileprivate var references: Set<Step.ID> {
        Set([provider?.maker, restartTime?.maker].compactMap { $0 })
            .union(bindings.flatMap { [$0.binding, $0.subject.maker].compactMap { $0 } })
    }
}

/// The time of a restart, which distinguishes it from other restarts of the same workload, for a mark that records it
/// before the time is known.
package enum RestartTime: Sendable, Equatable {
    /// The step that writes the mark begins the restart: the current time, but later than that of the previous restart.
    case now(after: String?)
    /// The time of the restart that a previous step began.
    case begun(by: Step.ID)

    var maker: Step.ID? { if case .begun(let step) = self { step } else { nil } }
}
