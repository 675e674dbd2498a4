import Applying
import AuthentikSandbox
import JSON
import Planning
import TestSupport
import Testing

/// All applications, providers and marks that an Authentik holds.
struct AuthentikState: Sendable, Equatable {
    var applications: [JSONValue]
    var providers: [JSONValue]
    var marks: [JSONValue]

    /// The same, without the pks that Authentik gives to what is made anew.
    var withoutPKs: AuthentikState {
        func strip(_ values: [JSONValue], _ keys: Set<String>) -> [JSONValue] {
            values.map { value in
                guard let object = value.object else { return value }
                return .object(object.filter { !keys.contains($0.key) })
            }
        }
        return AuthentikState(
            applications: strip(applications, ["pk", "pbm_uuid", "provider", "provider_obj"]),
            providers: strip(providers, ["pk"]),
            marks: strip(marks, ["provider"]).sorted { $0.text < $1.text }
        )
    }

    /// Where two states differ, for the message of a failure.
    func difference(from other: AuthentikState) -> [String] {
        func compare(_ own: [JSONValue], _ others: [JSONValue], by key: String) -> [String] {
            let (own, different) = (own.filter { !others.contains($0) }, others.filter { !own.contains($0) })
            let others = Dictionary(different.map { ($0[key]?.text, $0) }, uniquingKeysWith: { first, _ in first })
            return own.map { value in
                guard let object = value.object, let other = others[value[key]?.text]?.object else {
                    return "only here: \(value.text)"
                }
                let keys = Set(object.keys).union(other.keys).filter { object[$0] != other[$0] }.sorted()
                let fields = keys.map { "\($0): \(object[$0]?.text ?? "-") != \(other[$0]?.text ?? "-")" }
                return "\(value[key]?.text ?? ""): \(fields)"
            }
        }
        var differences =
            compare(applications, other.applications, by: "slug") + compare(providers, other.providers, by: "name")
            + compare(marks, other.marks, by: "slug")
        if differences.isEmpty, self != other {
            differences =
                compare(other.applications, applications, by: "slug")
                + compare(other.providers, providers, by: "name") + compare(other.marks, marks, by: "slug")
        }
        return differences
    }
}

extension JSONValue {
    fileprivate var text: String { String(decoding: serialized(), as: UTF8.self) }
}

extension Homelab {
    func state() async throws -> AuthentikState {
        func sorted(_ values: [JSONValue], by key: String) -> [JSONValue] {
            values.sorted { ($0[key]?.string ?? "", $0.text) < ($1[key]?.string ?? "", $1.text) }
        }
        func unordered(_ provider: JSONValue) -> JSONValue {
            guard var object = provider.object, let scopes = object["property_mappings"]?.array else { return provider }
            object["property_mappings"] = .array(scopes.sorted { ($0.string ?? "") < ($1.string ?? "") })
            return .object(object)
        }
        let applications = try await admin.list("core/applications/").map { application in
            guard var object = application.object else { return application }
            object["provider_obj"] = object["provider_obj"].map(unordered)
            return .object(object)
        }
        return AuthentikState(
            applications: sorted(applications, by: "slug"),
            providers: sorted(try await admin.list("providers/oauth2/").map(unordered), by: "name"),
            marks: sorted(
                try await admin.list("core/application_entitlements/").compactMap { $0["attributes"] },
                by: "slug"
            )
        )
    }

    /// The next pass plans nothing and writes nothing.
    func expectNothingToDo(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        sandbox.resetRequests()
        let report = try await pass()
        let decisions = Set(report.outcomes.map(\.plan.decision))
        #expect(decisions == [.inSync], sourceLocation: sourceLocation)
        #expect(writes == [], sourceLocation: sourceLocation)
    }
}
