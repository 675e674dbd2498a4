import JSON

/// Compares the sandbox's answers with recorded ones, value by value.
struct Comparison {
    /// What the recordings leave out.
    private static let leftOut: Set<String> = ["expression", "avatar", "system_permissions"]

    /// What no release decides, but how a server was told to run.
    private static let settings: Set<String> = ["log_level"]

    let origin: String
    /// The fields that only the sandbox has to have.
    let laterFields: Set<String>
    var correspondence = Correspondence()
    private var differences: [String] = []
    /// Whether bindings were asked for by their order.
    private var isByOrder = false

    init(origin: String, laterFields: Set<String> = []) {
        self.origin = origin
        self.laterFields = laterFields
    }

    /// What is different between two answers; nothing if they are equal.
    mutating func differences(_ recorded: Recording.Exchange, _ sandbox: HTTPClient.Answer) -> [String] {
        differences = []
        isByOrder = recorded.path.contains("ordering=order")
        compare(.integer(recorded.status), .integer(sandbox.status), "status")
        for header in ["content-type", "allow", "location"] {
            let value = sandbox.headers[header].map { JSONValue.string($0) }
            compare(recorded.headers[header].map { .string($0) } ?? .null, value ?? .null, header)
        }
        switch recorded.body["__text__"]?.string {
        case nil: compare(recorded.body, sandbox.json ?? .string(sandbox.text), "")
        case "": compare("", .string(sandbox.text), "body")
        case "(an HTML page)": compare(true, .bool(sandbox.text.contains("<html")), "body is an HTML page")
        case let text?: differences.append("the recording has a body that is not understood: \(text)")
        }
        return differences
    }

    private mutating func compare(_ recorded: JSONValue, _ sandbox: JSONValue, _ path: String) {
        let field = Self.field(path)
        switch (recorded, sandbox) {
        case (.object(let left), .object(let right)):
            for key in Set(left.keys).union(right.keys).sorted() {
                if left[key] == nil, laterFields.contains(key) { continue }
                guard let leftValue = left[key], let rightValue = right[key] else {
                    differences.append("\(path).\(key) is only in the \(left[key] == nil ? "sandbox" : "recording")")
                    continue
                }
                compare(leftValue, rightValue, "\(path).\(Self.name(key, of: left))")
            }
        case (.array(let left), .array(let right)):
            guard left.count == right.count else { return differ(recorded, sandbox, path) }
            let pairs = zip(
                Ties.ordered(
                    left,
                    field,
                    byOrder: isByOrder,
                    uuid: { correspondence.sandbox(.uuid, $0) },
                    provider: { correspondence.sandbox(.provider, $0) }
                ),
                Ties.ordered(right, field, byOrder: isByOrder, uuid: { $0 }, provider: { $0 })
            )
            for (index, pair) in pairs.enumerated() {
                // The rows of a field of numbers are still of that field.
                compare(pair.0, pair.1, "\(path)[\(index)]." + (field.isEmpty ? "row" : field))
            }
        case (.integer(let left), .integer(let right)):
            guard let kind = Self.kind(field) else {
                if left != right { differ(recorded, sandbox, path) }
                return
            }
            if !correspondence.match(kind, recorded: String(left), sandbox: String(right)) {
                differ(recorded, sandbox, path)
            }
        case (.string, .string) where Self.settings.contains(field): return
        case (.string("(left out)"), _) where Self.leftOut.contains(field): return
        case (.string(let left), .array(let rows)) where field == "results" && left.hasPrefix("__"):
            if !Self.summaries(of: rows).contains(left) { differ(recorded, .strings(Self.summaries(of: rows)), path) }
        case (.string(let left), .string(let right)):
            if !areEqual(left, right, field) { differ(recorded, sandbox, path) }
        default:
            if recorded != sandbox { differ(recorded, sandbox, path) }
        }
    }

    /// Dates are equal by their form: two of one server may be the same instant, and two of the other not.
    private mutating func areEqual(_ recorded: String, _ sandbox: String, _ field: String) -> Bool {
        if let kind = Self.generatedKind(recorded, field), Self.generatedKind(sandbox, field) == kind {
            return kind == .date || correspondence.match(kind, recorded: recorded, sandbox: sandbox)
        }
        // Whoever sees a file's address may load it for some minutes.
        if field == "meta_icon_url", let left = recorded.firstMatch(of: Self.fileToken),
            let right = sandbox.firstMatch(of: Self.fileToken)
        {
            return recorded[..<left.range.lowerBound] == sandbox[..<right.range.lowerBound]
        }
        // The audit log writes UUIDs without dashes.
        if let left = Self.dashed(recorded), let right = Self.dashed(sandbox) {
            return correspondence.match(.uuid, recorded: left, sandbox: right)
        }
        let left = recorded.matches(of: Correspondence.uuidPattern).map { String($0.output) }
        let right = sandbox.matches(of: Correspondence.uuidPattern).map { String($0.output) }
        guard left.count == right.count else { return false }
        for pair in zip(left, right) where !correspondence.match(.uuid, recorded: pair.0, sandbox: pair.1) {
            return false
        }
        return correspondence.path(normalized(recorded)) == normalized(sandbox)
    }

    /// Without what is another on every server: its address, and the numbers of permissions.
    private func normalized(_ text: String) -> String {
        correspondence.path(text).replacing(Self.recordedOrigin, with: origin)
            .replacing(Self.permissionNumber, with: "and permission <n>")
            .replacing(Correspondence.uuidPattern, with: "<uuid>")
    }

    /// A JSON Web Token at the end of an address.
    nonisolated(unsafe) private static let fileToken =
        /\?token=eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/
    nonisolated(unsafe) private static let recordedOrigin = /http:\/\/127\.0\.0\.1:90\d\d/
    nonisolated(unsafe) private static let permissionNumber = /and permission \d+/

    private mutating func differ(_ recorded: JSONValue, _ sandbox: JSONValue, _ path: String) {
        func text(_ value: JSONValue) -> String { String(decoding: value.serialized(), as: UTF8.self) }
        differences.append("\(path): recorded \(text(recorded)), sandbox \(text(sandbox))")
    }
}

extension Comparison {
    /// The last field of a path.
    private static func field(_ path: String) -> String { path.split(separator: ".").last.map(String.init) ?? "" }

    /// What a member is called in a path: a number that identifies is told apart by what it identifies.
    private static func name(_ key: String, of object: [String: JSONValue]) -> String {
        switch key {
        case "pk" where object["username"] != nil: "user"
        case "pk" where object["model_name"] == "rolemodelpermission": "permission"
        case "pk" where object["model_name"] == "user": "user"
        case "id" where object.count == 1: "permission"
        default: key
        }
    }

    private static func kind(_ field: String) -> Correspondence.Kind? {
        switch field {
        case "pk", "provider", "providers", "backchannel_providers", "jwt_federation_providers", "new_value": .provider
        case "user", "users", "user_pk", "add": .user
        case "num_pk": .groupNumber
        case "permission": .permission
        default: nil
        }
    }

    /// What a text is that the server made up.
    private static func generatedKind(_ text: String, _ field: String) -> Correspondence.Kind? {
        switch field {
        case "client_id" where text.wholeMatch(of: /[A-Za-z0-9]{40}/) != nil: .clientID
        case "client_secret" where text.wholeMatch(of: /[A-Za-z0-9]{128}/) != nil: .clientSecret
        case "user" where Int(text) != nil: .user
        case "pk" where Int(text) != nil: .provider
        case "uid" where text.wholeMatch(of: /[0-9a-f]{64}/) != nil: .subject
        case "user_uid" where text.wholeMatch(of: /[0-9a-f]{64}/) != nil: .subject
        case "key" where text.wholeMatch(of: /[A-Za-z0-9]{60}/) != nil: .token
        case "token" where text.wholeMatch(of: /[A-Za-z0-9]{60}/) != nil: .token
        case "permission" where Int(text) != nil: .permission
        case "request_id" where text.wholeMatch(of: /[0-9a-f]{32}/) != nil: .requestID
        case "kid", "x5t", "x5t#S256", "n": text.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil ? .webKey : nil
        case "x5c" where text.wholeMatch(of: /[A-Za-z0-9+\/]+=*/) != nil: .webKey
        case "fingerprint_sha256" where text.wholeMatch(of: /([0-9a-f]{2}:){31}[0-9a-f]{2}/) != nil: .fingerprint
        case "fingerprint_sha1" where text.wholeMatch(of: /([0-9a-f]{2}:){19}[0-9a-f]{2}/) != nil: .fingerprint
        case "cert_expiry" where text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil: .date
        case "created", "expires", "date_joined", "password_change_date", "last_updated":
            text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil ? .date : nil
        default: nil
        }
    }

    private static func dashed(_ text: String) -> String? {
        guard text.utf8.count == 32, text.wholeMatch(of: /[0-9a-f]{32}/) != nil else { return nil }
        var rest = Substring(text)
        return [8, 4, 4, 4, 12].map { length in
            defer { rest = rest.dropFirst(length) }
            return String(rest.prefix(length))
        }.joined(separator: "-")
    }

    /// The notes, such as `__20 rows, first 'pg000', last 'pg019'__`, that are true of rows.
    private static func summaries(of rows: [JSONValue]) -> [String] {
        let first = rows.first?["name"]?.string ?? ""
        let last = rows.last?["name"]?.string ?? ""
        return ["__\(rows.count) rows__", "__\(rows.count) rows, first '\(first)', last '\(last)'__"]
    }
}

extension JSONValue {
    static func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
}
