package import AuthentikAPI
package import JSON

/// An object that steps create, change and delete field by field.
package protocol WritableObject: ListedObject {
    static var kind: Kind { get }
    /// Whether an object that somebody else created at the same time is accepted as well.
    static var isShared: Bool { get }

    /// The value that refers to it in the fields of other objects.
    var reference: JSONValue { get }

    /// Looks for the object after a create without a clear answer; nil if there is none.
    static func made(of fields: SentFields, _ client: AuthentikClient) async throws -> Self?

    /// The fields that it does not hold as sent.
    func unkept(of fields: SentFields) -> [UnkeptField]
}

extension WritableObject {
    package static var isShared: Bool { false }
}

/// The fields of an object as they are sent, with the objects that they refer to.
package struct SentFields: Sendable {
    package var assignments: [FieldAssignment]
    /// References to other objects, by Authentik's names of the fields.
    package var references: [String: JSONValue] = [:]
    /// The fields that the file sets; a release may lack others that this program sends.
    package var declared: [String] = []

    package init(_ assignments: [FieldAssignment] = [], references: [String: JSONValue] = [:], declared: [String] = [])
    {
        self.assignments = assignments
        self.references = references
        self.declared = declared
    }

    package var body: WriteBody {
        let fields = Dictionary(assignments.map { ($0.field, $0.value.json) }, uniquingKeysWith: { $1 })
        return WriteBody(fields.merging(references) { $1 }, secrets: assignments.compactMap(\.value.secret))
    }

    /// The value of a text field; empty if it is not among them.
    package func text(_ field: String) -> String {
        assignments.first { $0.field == field }?.value.json.string ?? ""
    }
}

/// An object as the answer to a write shows it.
package struct WrittenObject: Sendable {
    /// The value that refers to it in the fields of other objects.
    package let reference: JSONValue
    /// The fields that it does not hold as sent.
    package let unkept: [UnkeptField]
    /// Whether it was found after an unclear answer, and may be somebody else's.
    package let isFound: Bool
}

/// How the objects of a kind are written.
package struct ObjectWrites: Sendable {
    package let create: @Sendable (AuthentikClient, SentFields) async throws -> WrittenObject
    /// - Parameter key: the object's key at the endpoint: a pk, or an application's slug.
    package let update: @Sendable (AuthentikClient, _ key: String, SentFields) async throws -> WrittenObject

    package init<Object: WritableObject>(_ type: Object.Type) {
        create = { client, fields in
            let creation: Creation<Object> = try await client.create(fields)
            return WrittenObject(creation.object, fields, isFound: creation.isFound)
        }
        update = { client, key, fields in
            let object: Object = try await client.update(Object.kind.endpoint, key: key, fields.body)
            return WrittenObject(object, fields)
        }
    }
}

extension WrittenObject {
    fileprivate init(_ object: some WritableObject, _ fields: SentFields, isFound: Bool = false) {
        self.init(reference: object.reference, unkept: object.unkept(of: fields), isFound: isFound)
    }
}

extension AuthentikClient {
    /// Creates an object; after an unclear answer it is looked up, and sent again if it does not exist.
    package func create<Object: WritableObject>(_ fields: SentFields) async throws -> Creation<Object> {
        let body = fields.body
        let request = APIRequest(
            method: "POST",
            endpoint: Object.kind.endpoint,
            body: .object(body.fields),
            secrets: body.secrets
        )
        func find() async throws -> Creation<Object>? {
            try await Object.made(of: fields, self).map { Creation($0, isFound: true) }
        }
        do {
            return try await create(
                request,
                decode: { Creation(try await decode(Object.self, $0, to: request)) },
                find: find
            )
        } catch let error as AuthentikError where Object.isShared && error.mayBeOutdated {
            if let found = try? await find() { return found }
            throw error
        }
    }
}
