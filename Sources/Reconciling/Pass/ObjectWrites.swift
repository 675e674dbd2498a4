import AuthentikAPI
import JSON
import Planning

/// The fields of an object with all that they name.
struct ResolvedFields: Sendable {
    var kind: ResourceKind
    var assignments: [FieldAssignment]
    /// The pks of the objects that fields name, by Authentik's names of the fields.
    var references: [String: JSONValue] = [:]

    var body: WriteBody {
        let fields = Dictionary(assignments.map { ($0.field, $0.value.json) }, uniquingKeysWith: { $1 })
        return WriteBody(
            fields.merging(references) { $1 },
            secrets: assignments.compactMap(\.value.secret)
        )
    }

    /// What a text field is to hold; empty if it is not among them.
    func text(_ field: String) -> String { assignments.first { $0.field == field }?.value.json.string ?? "" }
}

extension ObjectFields {
    func resolved(_ context: StepContext) -> ResolvedFields {
        var resolved = ResolvedFields(kind: kind, assignments: assignments)
        for reference in references {
            resolved.references[reference.field] =
                context.value(reference.object) { $0.pk(of: reference.kind) } ?? .null
        }
        return resolved
    }
}

/// An object as the answer to a write shows it.
enum WrittenObject: Sendable {
    case application(Application)
    case provider(OAuth2Provider)

    var made: MadeObjects {
        switch self {
        case .application(let application): MadeObjects(application: application.pk)
        case .provider(let provider): MadeObjects(provider: provider.pk)
        }
    }

    /// What it does not hold of what was sent.
    func unkept(
        of fields: ResolvedFields,
        declaredProviderFields: [String],
        _ release: Release
    ) -> [UnkeptField] {
        switch self {
        case .application(let application):
            application.unkept(
                of: fields.assignments,
                link: fields.references[FieldReference.applicationProvider]?.integer
            )
        case .provider(let provider):
            provider.unkept(of: fields.assignments, declared: declaredProviderFields, release)
        }
    }
}

/// The requests by which objects of each kind are written.
extension AuthentikClient {
    func create(_ fields: ResolvedFields) async throws -> Creation<WrittenObject> {
        switch fields.kind {
        case .application:
            let creation = try await createApplication(fields.body, slug: fields.text("slug"))
            return Creation(.application(creation.object), isFound: creation.isFound)
        case .provider:
            let creation = try await createProvider(fields.body, name: fields.text("name"))
            return Creation(.provider(creation.object), isFound: creation.isFound)
        }
    }

    /// Makes an application and its provider, both or none.
    ///
    /// - Returns: whether they were found, because no clear answer came.
    func createTogether(_ objects: [ResolvedFields]) async throws -> Bool {
        let application = objects.first { $0.kind == .application }
        let provider = objects.first { $0.kind == .provider }
        let found = try await createApplicationAndProvider(
            application: application?.body ?? WriteBody(),
            provider: provider?.body ?? WriteBody(),
            slug: application?.text("slug") ?? ""
        )
        return found != nil
    }

    func update(_ key: ObjectKey, _ fields: ResolvedFields) async throws -> WrittenObject {
        switch key {
        case .application(let slug): .application(try await updateApplication(slug: slug, fields.body))
        case .provider(let pk): .provider(try await updateProvider(pk: pk, fields.body))
        }
    }

    func delete(_ key: ObjectKey) async throws {
        switch key {
        case .application(let slug): try await deleteApplication(slug: slug)
        case .provider(let pk): try await deleteProvider(pk: pk)
        }
    }
}
