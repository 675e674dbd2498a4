package import DesiredState
package import JSON
package import Kinds

/// What a step does, to Authentik or to what uses it.
///
/// What it names may be what another step makes: see ``Ref``.
package enum Effect: Sendable {
    /// Makes an object; several of them in one transaction, all or none, whose pks are listed afterwards.
    case create([ObjectFields])
    /// Changes the given fields.
    case update(ObjectKey, ObjectFields)
    case delete(ObjectKey)
    /// Marks an application that gets its provider or its bindings only after that, so that nobody else adopts it
    /// meanwhile, and what is made for it is known as this program's.
    ///
    /// The ``createMark(on:_:claim:)`` that follows is the same mark, finished: a plan tells of that one only.
    case claim(application: Ref<String>, MarkContent)
    /// - Parameter claim: the step that made the mark already, to be finished now; nil to make it.
    case createMark(on: Ref<String>, MarkContent, claim: Step.ID? = nil)
    case updateMark(entitlement: String, MarkContent)
    case deleteMark(entitlement: String)
    case restart(Workload, at: Ref<String>)
    /// Has an outpost serve a provider, or no longer; what is due of one outpost at a time is one write.
    case serve(OutpostMembership)
    case publish(PublishedContent)
}

/// An object that is there, as its endpoint calls it.
package struct ObjectKey: Sendable, Hashable {
    package let kind: Kind
    /// A pk, or what the endpoint takes instead of one; empty for what is still to be made.
    package let key: String
    /// The step that makes it; nil if it is there.
    package private(set) var maker: Step.ID?

    /// By its present slug.
    package static func application(slug: String) -> ObjectKey { ObjectKey(kind: .application, key: slug) }
    package static func provider(pk: Int) -> ObjectKey { ObjectKey(kind: .oauth2Provider, key: "\(pk)") }
    /// Of the provider's own kind.
    package static func provider(_ provider: OAuth2Provider) -> ObjectKey {
        ObjectKey(kind: provider.kind == .proxy ? .proxyProvider : .oauth2Provider, key: "\(provider.pk)")
    }

    package static func made(_ kind: Kind, by step: Step.ID) -> ObjectKey {
        ObjectKey(kind: kind, key: "", maker: step)
    }

    /// Nil if it is no number, or names an object of another kind.
    func pk(of kind: Kind) -> Int? { self.kind == kind ? Int(key) : nil }
    /// Nil if it names no provider.
    var provider: Int? { pk(of: .oauth2Provider) ?? pk(of: .proxyProvider) }
}

/// The fields that an object gets.
package struct ObjectFields: Sendable {
    package var kind: Kind
    package var assignments: [FieldAssignment]
    /// The fields that name objects which this program writes, too.
    package var references: [FieldReference]

    package init(_ kind: Kind, _ assignments: [FieldAssignment], references: [FieldReference] = []) {
        self.kind = kind
        self.assignments = assignments
        self.references = references
    }

    /// Of an application that is linked to a provider, or not.
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

/// A field that names an object of another step.
package struct FieldReference: Sendable {
    /// Authentik's name.
    package var field: String
    /// What it names.
    package var kind: Kind
    package var object: Ref<JSONValue>
    /// Of a field that names several: which of the names of its value this is.
    package var element: String?
}

/// Whether an outpost is to serve a provider.
package struct OutpostMembership: Sendable, Equatable {
    /// The pk of the outpost.
    package var outpost: String
    /// What the outpost is called.
    package var name: String
    package var provider: Ref<Int>
    /// Else it is to serve it no longer.
    package var isServed: Bool

    package init(_ outpost: Outpost, _ provider: Ref<Int>, isServed: Bool) {
        self.outpost = outpost.pk
        name = outpost.name
        self.provider = provider
        self.isServed = isServed
    }
}

/// What a mark is to say.
package struct MarkContent: Sendable {
    /// All that is known beforehand.
    package var mark: OwnershipMark
    /// The provider that it names; nil for none.
    package var provider: Ref<Int>?
    /// The time of the restart that it tells of, if that is not known beforehand.
    package var restartTime: RestartTime?
    /// The bindings that are made before it, or right after it.
    package var bindings: [PendingBinding] = []

    /// A binding that a step makes, or is about to make.
    package struct PendingBinding: Sendable {
        package var subject: Ref<BindingSubject>
        package var kind: SubjectKind
        package var name: String
        package var order: Int
        /// The step that made it, alone or with others; nil if that is still to come.
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

    /// A mark that is known as a whole.
    package init(_ mark: OwnershipMark) {
        self.init(mark, provider: mark.provider.map(Ref.existing))
    }
}

extension Effect {
    /// Whether the deletion limit can hold it back.
    package var isDeletion: Bool { if case .delete = self { true } else { false } }

    /// Whether it makes several objects at once, whose pks no answer tells.
    package var isTransaction: Bool { if case .create(let objects) = self { objects.count > 1 } else { false } }

    /// Whether it is sent to Kubernetes, and not to Authentik.
    package var isForKubernetes: Bool {
        switch self {
        case .restart, .publish: true
        default: false
        }
    }

    /// What it says of ownership; nil if it is no mark.
    package var mark: OwnershipMark? {
        switch self {
        case .claim(_, let content), .createMark(_, let content, _), .updateMark(_, let content): content.mark
        default: nil
        }
    }

    /// The provider that an application is linked to by it; nil for none, or one that is made before.
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

    /// The present slug of the application that lets go of its provider by it; nil for none.
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
    /// What is no service's, and its values name.
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
    /// What is no service's, and the file declares, and the object gets.
    var sharedReferences: [SharedName] {
        switch self {
        case .create(let objects): objects.flatMap(\.shared).compactMap(\.shared)
        case .update(_, let fields): fields.shared.compactMap(\.shared)
        default: []
        }
    }
}

extension MarkContent {
    /// Whether all that it is to say is known beforehand, but for a restart's time.
    var isKnown: Bool { provider?.maker == nil && bindings.isEmpty }

    fileprivate var references: Set<Step.ID> {
        Set([provider?.maker, restartTime?.maker].compactMap { $0 })
            .union(bindings.flatMap { [$0.binding, $0.subject.maker].compactMap { $0 } })
    }
}

/// The time of a restart, which tells it from any other one of the same workload, where a mark tells of it before it is
/// known.
package enum RestartTime: Sendable, Equatable {
    /// The step that writes the mark begins the restart: it is now, and later than another one's.
    case now(after: String?)
    /// That of the restart which a step before began.
    case begun(by: Step.ID)

    var maker: Step.ID? { if case .begun(let step) = self { step } else { nil } }
}
