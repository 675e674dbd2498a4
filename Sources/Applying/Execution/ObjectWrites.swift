import AuthentikAPI
import JSON
import Kinds
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
                context.value(reference.object) { $0.pks[reference.kind] } ?? .null
        }
        return resolved
    }
}

/// An object as the answer to a write shows it.
struct WrittenObject: Sendable {
    /// What stands for it in the fields of other objects.
    let pk: JSONValue
    /// What it does not hold of what was sent.
    let unkept: [UnkeptField]
    /// Whether it was found, because no clear answer came, and may be somebody else's.
    var isFound = false
}

/// How the objects of a kind are written: what a kind has to bring along for its steps to be sent.
struct ObjectWriter: Sendable {
    let create: @Sendable (ResolvedFields) async throws -> WrittenObject
    /// Given what ``ObjectKey`` has as key.
    let update: @Sendable (String, ResolvedFields) async throws -> WrittenObject
    let delete: @Sendable (String) async throws -> Void

    /// - Parameters:
    ///   - create: sends a new object, and finds it if no clear answer comes.
    ///   - written: what an answer shows of what was sent.
    private init<Object: Decodable & Sendable>(
        _ client: AuthentikClient,
        _ endpoint: Endpoint,
        create: @escaping @Sendable (ResolvedFields) async throws -> Creation<Object>,
        written: @escaping @Sendable (Object, ResolvedFields) -> WrittenObject
    ) {
        self.create = { fields in
            let creation = try await create(fields)
            var object = written(creation.object, fields)
            object.isFound = creation.isFound
            return object
        }
        update = { key, fields in
            let object: Object = try await client.update(endpoint, key: key, fields.body)
            return written(object, fields)
        }
        delete = { key in try await client.delete(endpoint, key: key) }
    }

    static func applications(_ client: AuthentikClient) -> ObjectWriter {
        ObjectWriter(client, .applications) { fields in
            try await client.createApplication(fields.body, slug: fields.text("slug"))
        } written: { application, fields in
            let link = fields.references[FieldReference.applicationProvider]?.integer
            return WrittenObject(
                pk: .string(application.pk),
                unkept: application.unkept(of: fields.assignments, link: link)
            )
        }
    }

    /// - Parameter declared: the fields that the file sets: what is sent besides, a release may not know.
    static func providers(_ client: AuthentikClient, _ release: Release, declared: [String]) -> ObjectWriter {
        ObjectWriter(client, .providers) { fields in
            try await client.createProvider(fields.body, name: fields.text("name"))
        } written: { provider, fields in
            WrittenObject(
                pk: .integer(provider.pk),
                unkept: provider.unkept(of: fields.assignments, declared: declared)
            )
        }
    }

    static func groups(_ client: AuthentikClient) -> ObjectWriter {
        ObjectWriter(client, .groups) { fields in
            try await client.createGroup(fields.body, name: fields.text("name"))
        } written: { (group: Group, _) in
            WrittenObject(pk: .string(group.pk), unkept: [])
        }
    }
}
