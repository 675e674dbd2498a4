import AuthentikSandbox
import Foundation
import JSON

/// What the answers of a release are made of, as its OpenAPI document states it.
///
/// `Tests/Fixtures/models.py` makes the files and says how they are written.
struct ModelFacts {
    private let objects: [String: [String: String]]
    private let enumerations: [String: [String]]
    /// The objects that no document of the release states.
    let unknown: Set<String>
    private let release: Sandbox.Release
    /// The objects that were looked at.
    private(set) var seen: Set<String> = []

    init(_ release: Sandbox.Release) throws {
        let url = Bundle.module.url(forResource: release.rawValue, withExtension: "json", subdirectory: "Models")
        guard let url else { throw CocoaError(.fileNoSuchFile) }
        let document = try JSONValue(parsing: try Data(contentsOf: url))
        self.release = release
        objects = (document["objects"]?.object ?? [:]).mapValues { ($0.object ?? [:]).compactMapValues(\.string) }
        enumerations = (document["enumerations"]?.object ?? [:]).mapValues { ($0.array ?? []).compactMap(\.string) }
        unknown = Set((document["unknown"]?.array ?? []).compactMap(\.string))
    }

    /// The objects that were not looked at, and that something served could have within it.
    var unseen: Set<String> { Set(objects.keys.filter { !$0.hasSuffix("Request") }).subtracting(seen) }

    /// The fields of an object.
    func fields(of object: String) -> Set<String> {
        Set((objects[object] ?? [:]).keys.map { $0.hasSuffix("?") ? String($0.dropLast()) : $0 })
    }

    /// The words of a field that takes one of a few, or a list of such; nil if it takes anything else, or is not there.
    func words(of field: String, in object: String) -> [String]? {
        let fields = objects[object] ?? [:]
        return (fields[field] ?? fields[field + "?"]).flatMap { type in
            enumerations[type.trimmingCharacters(in: CharacterSet(charactersIn: "[]?"))]
        }
    }

    /// What is wrong with a value, a line each.
    ///
    /// - Parameters:
    ///   - type: such as `[Provider]?`.
    ///   - path: what the value is called.
    ///   - isOpen: whether an object may have more fields than are stated.
    mutating func mistakes(in value: JSONValue, _ type: String, _ path: String, isOpen: Bool = false) -> [String] {
        if type.hasSuffix("?") {
            return value.isNull ? [] : mistakes(in: value, String(type.dropLast()), path, isOpen: isOpen)
        }
        if type.hasPrefix("[") {
            guard let items = value.array else { return ["\(path) is no list"] }
            let type = String(type.dropFirst().dropLast())
            return items.enumerated().flatMap { mistakes(in: $1, type, "\(path)[\($0)]", isOpen: isOpen) }
        }
        if let words = enumerations[type] {
            return words.contains(value.string ?? "") ? [] : ["\(path) is \(value), which is no word of \(type)"]
        }
        if let fields = objects[type] {
            seen.insert(type)
            return mistakes(in: value, of: type, fields, path, isOpen: isOpen)
        }
        return Self.isRight(value, type) ? [] : ["\(path) is no \(type): \(value)"]
    }

    private mutating func mistakes(
        in value: JSONValue,
        of type: String,
        _ fields: [String: String],
        _ path: String,
        isOpen: Bool
    ) -> [String] {
        guard let members = value.object else { return ["\(path) is no object"] }
        var mistakes: [String] = []
        for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
            let isOptional = name.hasSuffix("?")
            let key = isOptional ? String(name.dropLast()) : name
            let deviation = Deviation.all.first { $0.field == "\(type).\(key)" && $0.releases.contains(release) }
            guard let member = members[key] else {
                if !isOptional, deviation?.kind != .missing { mistakes.append("\(path).\(key) is missing") }
                continue
            }
            if member.isNull, deviation?.kind == .null { continue }
            mistakes += self.mistakes(in: member, field, "\(path).\(key)", isOpen: Self.openFields.contains(key))
        }
        let known = Set(fields.keys.map { $0.hasSuffix("?") ? String($0.dropLast()) : $0 })
        let more = isOpen ? [] : Set(members.keys).subtracting(known)
        mistakes += more.sorted().map { "\(path).\($0) is not stated" }
        return mistakes
    }

    /// A policy is shown with what its own kind has besides.
    private static let openFields: Set = ["policy_obj"]

    private static func isRight(_ value: JSONValue, _ type: String) -> Bool {
        switch type {
        case "any": true
        case "object": value.object != nil
        case "string": value.string != nil
        case "integer": value.integer != nil
        case "number": if case .double = value { true } else { value.integer != nil }
        case "boolean": value.bool != nil
        case "uuid": value.string.map { UUID(uuidString: $0) != nil && $0 == $0.lowercased() } ?? false
        case "date": value.string.map { $0.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil } ?? false
        default: false
        }
    }
}

/// Where live servers, as recorded, do not answer what their document states, and the sandbox answers as they do.
struct Deviation {
    enum Kind { case missing, null }

    let releases: [Sandbox.Release]
    /// Such as `Provider.name`.
    let field: String
    let kind: Kind

    static let all: [Deviation] = nested + ["Provider", "OAuth2Provider", "ProxyProvider"].flatMap(assigned)

    /// What an object names may be nothing.
    private static let nested = [
        Deviation(releases: [.december2024, .december2025], field: "Application.provider_obj", kind: .null),
        Deviation(releases: [.december2024, .december2025], field: "PolicyBinding.group_obj", kind: .null),
        Deviation(releases: [.december2024, .december2025], field: "PolicyBinding.policy_obj", kind: .null),
        Deviation(releases: [.december2024, .december2025], field: "PolicyBinding.user_obj", kind: .null),
        Deviation(releases: [.december2024], field: "Outpost.service_connection_obj", kind: .null),
    ]

    /// A provider may have no application, and in 2024.12 says nothing of one whose backchannel it is.
    private static func assigned(_ object: String) -> [Deviation] {
        ["slug", "name"].flatMap { key in
            [
                Deviation(releases: [.december2024], field: "\(object).assigned_application_\(key)", kind: .null),
                Deviation(
                    releases: [.december2024],
                    field: "\(object).assigned_backchannel_application_\(key)",
                    kind: .missing
                ),
            ]
        }
    }
}
