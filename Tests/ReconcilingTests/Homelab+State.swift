import AuthentikSandbox
import JSON
import Planning
import Reconciling
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
            applications: strip(applications, ["pk", "provider", "provider_obj"]),
            providers: strip(providers, ["pk"]),
            marks: strip(marks, ["provider"])
        )
    }
}

extension Homelab {
    func state() async throws -> AuthentikState {
        func sorted(_ values: [JSONValue], by key: String) -> [JSONValue] {
            values.sorted { ($0[key]?.string ?? "") < ($1[key]?.string ?? "") }
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
