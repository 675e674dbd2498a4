import JSON

/// Compares the sandbox's answers with recorded ones, value by value.
struct Comparison {
    /// What the recordings leave out.
    private static let leftOut: Set<String> = ["expression", "avatar", "system_permissions"]
    private static let recordedOrigin = "http://127.0.0.1:9000"

    let origin: String
    var correspondence = Correspondence()
    private var differences: [String] = []

    init(origin: String) {
        self.origin = origin
    }

    /// What is different between two answers; nothing if they are equal.
    mutating func differences(_ recorded: Recording.Exchange, _ sandbox: HTTPClient.Answer) -> [String] {
        differences = []
        compare(.integer(recorded.status), .integer(sandbox.status), "status")
        for header in ["content-type", "allow"] {
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
        let field = path.split(separator: ".").last.map(String.init) ?? ""
        switch (recorded, sandbox) {
        case (.object(let left), .object(let right)):
            for key in Set(left.keys).union(right.keys).sorted() {
                guard let leftValue = left[key], let rightValue = right[key] else {
                    differences.append("\(path).\(key) is only in the \(left[key] == nil ? "sandbox" : "recording")")
                    continue
                }
                // A user's number is the same everywhere.
                let isUser = left["username"] != nil && key == "pk"
                compare(leftValue, rightValue, "\(path).\(isUser ? "user_pk" : key)")
            }
        case (.array(let left), .array(let right)):
            guard left.count == right.count else { return differ(recorded, sandbox, path) }
            let pairs = zip(Self.withTiesOrdered(left), Self.withTiesOrdered(right))
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
        case (.string("(left out)"), _) where Self.leftOut.contains(field): return
        case (.string(let left), .array(let rows)) where field == "results" && left.hasPrefix("__"):
            if !Self.summarizes(left, rows) { differ(recorded, .string(Self.summary(of: rows)), path) }
        case (.string(let left), .string(let right)):
            if !areEqual(left, right, field) { differ(recorded, sandbox, path) }
        default:
            if recorded != sandbox { differ(recorded, sandbox, path) }
        }
    }

    private mutating func areEqual(_ recorded: String, _ sandbox: String, _ field: String) -> Bool {
        if let kind = Self.generatedKind(recorded, field), Self.generatedKind(sandbox, field) == kind {
            return correspondence.match(kind, recorded: recorded, sandbox: sandbox)
        }
        let left = recorded.matches(of: Correspondence.uuidPattern).map { String($0.output) }
        let right = sandbox.matches(of: Correspondence.uuidPattern).map { String($0.output) }
        guard left.count == right.count else { return false }
        for pair in zip(left, right) where !correspondence.match(.uuid, recorded: pair.0, sandbox: pair.1) {
            return false
        }
        return recorded.replacing(Correspondence.uuidPattern, with: "<uuid>")
            .replacing(Self.recordedOrigin, with: origin)
            == sandbox.replacing(Correspondence.uuidPattern, with: "<uuid>")
    }

    private mutating func differ(_ recorded: JSONValue, _ sandbox: JSONValue, _ path: String) {
        func text(_ value: JSONValue) -> String { String(decoding: value.serialized(), as: UTF8.self) }
        differences.append("\(path): recorded \(text(recorded)), sandbox \(text(sandbox))")
    }
}

extension Comparison {
    private static func kind(_ field: String) -> Correspondence.Kind? {
        switch field {
        case "pk", "provider": .provider
        case "num_pk": .groupNumber
        default: nil
        }
    }

    /// What a text is that the server made up.
    private static func generatedKind(_ text: String, _ field: String) -> Correspondence.Kind? {
        switch field {
        case "client_id" where text.wholeMatch(of: /[A-Za-z0-9]{40}/) != nil: .clientID
        case "client_secret" where text.wholeMatch(of: /[A-Za-z0-9]{128}/) != nil: .clientSecret
        case "uid" where text.wholeMatch(of: /[0-9a-f]{64}/) != nil: .subject
        case "fingerprint_sha256" where text.wholeMatch(of: /([0-9a-f]{2}:){31}[0-9a-f]{2}/) != nil: .fingerprint
        case "fingerprint_sha1" where text.wholeMatch(of: /([0-9a-f]{2}:){19}[0-9a-f]{2}/) != nil: .fingerprint
        case "cert_expiry" where text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil: .date
        default: nil
        }
    }

    /// Rows with rows of the same name put in the order of their slugs.
    ///
    /// Authentik orders by name only, and its database returns equal names in any order: the recording
    /// `application-writes` has the same two applications in both.
    private static func withTiesOrdered(_ rows: [JSONValue]) -> [JSONValue] {
        guard rows.allSatisfy({ $0["slug"] != nil && $0["provider_obj"] != nil }) else { return rows }
        var ordered = rows
        var start = 0
        while start < ordered.count {
            let end = ordered[start...].firstIndex { $0["name"] != ordered[start]["name"] } ?? ordered.count
            ordered[start..<end].sort { ($0["slug"]?.string ?? "") < ($1["slug"]?.string ?? "") }
            start = end
        }
        return ordered
    }

    /// Whether a note such as `__20 rows, first 'pg000', last 'pg019'__` is true of the rows.
    private static func summarizes(_ note: String, _ rows: [JSONValue]) -> Bool { note == summary(of: rows) }

    private static func summary(of rows: [JSONValue]) -> String {
        let first = rows.first?["name"]?.string ?? ""
        let last = rows.last?["name"]?.string ?? ""
        return "__\(rows.count) rows, first '\(first)', last '\(last)'__"
    }
}
