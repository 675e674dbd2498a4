import FoundationEssentials
import JSON

/// What the server adds to an object.
enum ObjectDefaults {
    /// The object with what only the server sets, and with the defaults of its kind.
    ///
    /// - Parameter live: what it was; nil if it is made.
    static func complete(_ object: JSONValue, _ key: ObjectKey, over live: JSONValue?, now: String) -> JSONValue {
        var object = object.defaulting(defaults(of: key.kind))
        if key.kind == .secret { object = encodingStringData(object) }
        let old = live?["metadata"]
        let made: [(String, JSONValue?)] = [
            ("name", .string(key.name)),
            ("namespace", .string(key.namespace)),
            ("uid", old?["uid"] ?? .string(UUID().uuidString.lowercased())),
            ("creationTimestamp", old?["creationTimestamp"] ?? .string(now)),
            ("resourceVersion", old?["resourceVersion"]),
            ("generation", generation(object, key.kind, over: live)),
        ]
        for (name, value) in made { object = object.setting(["metadata", name], value) }
        return object.setting(["kind"], .string(key.kind.kind)).setting(["apiVersion"], .string(key.kind.apiVersion))
    }

    /// What the server puts behind a `generateName`: five letters that form no words.
    static func randomSuffix() -> String {
        String((0..<5).compactMap { _ in "bcdfghjklmnpqrstvwxz2456789".randomElement() })
    }

    private static func generation(_ object: JSONValue, _ kind: ResourceKind, over live: JSONValue?) -> JSONValue? {
        guard kind.hasGeneration else { return nil }
        let old = live?.at(["metadata", "generation"])?.integer ?? 0
        return .integer(live?["spec"] == object["spec"] ? old : old + 1)
    }

    private static func defaults(of kind: ResourceKind) -> JSONValue {
        switch kind {
        case .secret: ["type": "Opaque"]
        case .event:
            ["deprecatedSource": [:], "deprecatedFirstTimestamp": nil, "deprecatedLastTimestamp": nil]
        default: [:]
        }
    }

    /// `stringData` is written only; it comes back as `data`.
    private static func encodingStringData(_ object: JSONValue) -> JSONValue {
        var object = object
        for (name, value) in object["stringData"]?.object ?? [:] {
            let encoded = Data((value.string ?? "").utf8).base64EncodedString()
            object = object.setting(["data", name], .string(encoded))
        }
        return object.setting(["stringData"], nil)
    }
}
