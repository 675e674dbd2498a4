import JSON

/// A refusal, as a `Status` object.
///
/// Its wording is that of the recordings, where they have it; of the API server's sources else.
struct StatusFailure: Error {
    let code: Int
    let reason: String?
    let message: String
    var details: JSONValue?

    init(_ code: Int, _ reason: String?, _ message: String, details: JSONValue? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    var json: JSONValue {
        var members: [String: JSONValue] = [
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": [:],
            "status": "Failure",
            "message": .string(message),
            "code": .integer(code),
        ]
        members["reason"] = reason.map { .string($0) }
        members["details"] = details
        return .object(members)
    }
}

extension StatusFailure {
    static let unauthorized = StatusFailure(401, "Unauthorized", "Unauthorized")

    static let unsupportedMediaType =
        StatusFailure(415, "UnsupportedMediaType", "415: Unsupported Media Type", details: [:])

    static let noSuchResource =
        StatusFailure(404, "NotFound", "the server could not find the requested resource", details: [:])

    static let methodNotAllowed = StatusFailure(
        405,
        "MethodNotAllowed",
        "the server does not allow this method on the requested resource",
        details: [:]
    )

    /// A live server can do this; the stand-in cannot.
    static func notInStandIn(_ what: String) -> StatusFailure {
        StatusFailure(501, "NotImplemented", "\(what) is not in the stand-in")
    }

    static func badRequest(_ message: String) -> StatusFailure { StatusFailure(400, "BadRequest", message) }

    static func forbidden(_ access: Access, _ user: User) -> StatusFailure {
        let resource = access.qualifiedResource
        let object = access.name.isEmpty ? resource : "\(resource) \"\(access.name)\""
        return StatusFailure(
            403,
            "Forbidden",
            "\(object) is forbidden: \(access.refusal(of: user))",
            details: details(name: access.name, group: access.group, kind: access.resource)
        )
    }

    static func forbidden(path: String, verb: String, _ user: User) -> StatusFailure {
        StatusFailure(
            403,
            "Forbidden",
            "forbidden: User \"\(user.name)\" cannot \(verb) path \"\(path)\"",
            details: [:]
        )
    }

    static func notFound(_ key: ObjectKey) -> StatusFailure {
        StatusFailure(404, "NotFound", "\(key.quoted) not found", details: key.details)
    }

    static func alreadyExists(_ key: ObjectKey) -> StatusFailure {
        StatusFailure(409, "AlreadyExists", "\(key.quoted) already exists", details: key.details)
    }

    static func conflict(_ key: ObjectKey, _ why: String = modified) -> StatusFailure {
        StatusFailure(409, "Conflict", "Operation cannot be fulfilled on \(key.quoted): \(why)", details: key.details)
    }

    private static let modified =
        "the object has been modified; please apply your changes to the latest version and try again"

    /// Fields that others own.
    static func conflict(_ conflicts: [FieldManagement.Conflict]) -> StatusFailure {
        let causes = conflicts.map { conflict in
            cause("FieldManagerConflict", "conflict with \(conflict.manager)", conflict.path.description)
        }
        var message = "Apply failed with \(conflicts.count) conflicts: "
        if let only = conflicts.first, conflicts.count == 1 {
            message = "Apply failed with 1 conflict: conflict with \(only.manager): \(only.path)"
        } else {
            var managers: [String] = []
            for conflict in conflicts where !managers.contains(conflict.manager) { managers.append(conflict.manager) }
            message += managers.map { manager in
                "conflicts with \(manager):\n"
                    + conflicts.filter { $0.manager == manager }.map { "- \($0.path)" }.joined(separator: "\n")
            }.joined(separator: "\n")
        }
        return StatusFailure(409, "Conflict", message, details: ["causes": .array(causes)])
    }

    /// What is wrong with a field.
    ///
    /// - Parameter what: the resource or the kind, with its group.
    static func invalid(
        _ what: String,
        _ name: String,
        details: JSONValue,
        _ reason: String,
        _ problem: String,
        field: String
    ) -> StatusFailure {
        StatusFailure(
            422,
            "Invalid",
            "\(what) \"\(name)\" is invalid: \(field): \(problem)",
            details: details.setting(["causes"], [cause(reason, problem, field)])
        )
    }

    static func invalid(_ key: ObjectKey, _ reason: String, _ problem: String, field: String) -> StatusFailure {
        let kind = key.kind
        return .invalid(
            kind.qualifiedKind,
            key.name,
            details: Self.details(name: key.name, group: kind.group, kind: kind.kind),
            reason,
            problem,
            field: field
        )
    }

    static func details(name: String, group: String, kind: String) -> JSONValue {
        var members: [String: JSONValue] = ["kind": .string(kind)]
        if !name.isEmpty { members["name"] = .string(name) }
        if !group.isEmpty { members["group"] = .string(group) }
        return .object(members)
    }

    private static func cause(_ reason: String, _ message: String, _ field: String) -> JSONValue {
        ["reason": .string(reason), "message": .string(message), "field": .string(field)]
    }
}

extension ObjectKey {
    /// As messages name it: `leases.coordination.k8s.io "reconcile"`.
    var quoted: String { "\(kind.qualifiedResource) \"\(name)\"" }

    var details: JSONValue { StatusFailure.details(name: name, group: kind.group, kind: kind.resource) }
}
