package import AuthentikAPI
package import JSON

extension Kind {
    /// Applications carry the ownership mark.
    package static let application = Kind(
        "application",
        .applications,
        identity: ["slug"],
        ownership: .marked,
        fields: Application.fields,
        requests: [
            RequestUse("GET", .applications, "see applications"),
            RequestUse("POST", .applications, "create applications"),
            RequestUse("PATCH", .applications, "change applications"),
            RequestUse("DELETE", .applications, "delete applications", isOptional: true),
        ],
        writes: ObjectWrites(Application.self)
    )
}

extension Endpoint {
    package static let applications = Endpoint("core/applications", ObjectModel("authentik_core", "application"))
}

extension Application: WritableObject {
    package static var kind: Kind { .application }
    /// Authentik's name of the field that links an application to its provider.
    package static let providerLink = "provider"

    package var reference: JSONValue { .string(pk) }

    package static func made(of fields: SentFields, _ client: AuthentikClient) async throws -> Application? {
        try await client.application(slug: fields.text(Row.slug.attribute))
    }

    package func unkept(of fields: SentFields) -> [UnkeptField] {
        var unkept = UnkeptField.all(of: fields, in: values, Self.kind)
        if let link = fields.references[Self.providerLink]?.integer, provider != link {
            let value = FieldValue.reference(.init(pk: .integer(link), name: "\(link)"))
            let assignment = FieldAssignment(field: Self.providerLink, value: value)
            unkept.append(UnkeptField(kind: Self.kind, assignment: assignment, kept: nil))
        }
        let mode = fields.assignments.first { $0.field == AccessMode.attribute }
        if let mode, mode.value != .text(policyEngineMode) {
            unkept.append(UnkeptField(kind: Self.kind, assignment: mode, kept: .text(policyEngineMode)))
        }
        return unkept
    }
}

extension AuthentikClient {
    /// All applications, including those that the account may not open; only a superuser gets them all.
    package func applications() async throws -> [Application] {
        try await list(.applications, query: Self.allApplications)
    }

    /// The applications, from reading their list once, and whether it has as many rows as it counts.
    ///
    /// For a superuser, rows are missing only if the list changed while it was read. For other accounts, Authentik
    /// filters the list by policy and caches it: rows may be missing at any time and, before 2025.12, outdated.
    package func listedApplications() async throws -> Listing<Application> {
        try await listOnce(.applications, query: Self.allApplications)
    }

    /// Completes a superuser's list that may have missed rows while it was read.
    package func complete(_ listing: Listing<Application>) async throws -> [Application] {
        try await complete(listing, of: .applications, query: Self.allApplications).rows
    }

    private static var allApplications: [(String, String)] { [("superuser_full_list", "true")] }

    /// One application; nil if none has the slug, or the account may not see it.
    ///
    /// Authentik checks permissions here, not policies, so this also works for accounts that are not superusers.
    package func application(slug: String) async throws -> Application? {
        try await object(of: .applications, key: slug)
    }
}
