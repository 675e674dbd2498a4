import DesiredState
import JSON
import Kinds
import Planning
import TestSupport

/// What a pass may not touch of a world, told apart from outside: by names, marks and links only.
struct Protected: Equatable {
    /// By pk, without the provider that Authentik nests.
    let applications: [String: JSONValue]
    let providers: [Int: JSONValue]
    let marks: [String: JSONValue]

    /// - Parameters:
    ///   - world: the applications, providers and marks that Authentik holds.
    ///   - desired: what a pass is to make of them.
    init(_ world: RawWorld, _ desired: DesiredState) {
        let claimed = Set(desired.services.flatMap { [$0.slug] + $0.renamedFrom })
        var touchable: Set<String> = []
        var ownProviders: Set<Int> = []
        let foreign = Set(
            world.marks.values.compactMap { attributes -> Int? in
                guard case .mark(let mark) = OwnershipMark.read(attributes), mark.owner != desired.owner else {
                    return nil
                }
                return mark.provider
            }
        )
        for (pk, application) in world.applications {
            let slug = application["slug"]?.string ?? ""
            let isOurs: Bool
            switch world.marks[pk].map({ OwnershipMark.read($0) }) {
            case .mark(let mark)? where mark.owner == desired.owner:
                isOurs = true
                if let provider = mark.provider { ownProviders.insert(provider) }
            // Of another owner, of a newer version, or not to be read.
            case .mark?, .newer?, .unreadable?: continue
            case nil: isOurs = false
            }
            if isOurs || claimed.contains(slug) {
                touchable.insert(pk)
                if claimed.contains(slug), let provider = application["provider"]?.integer, !foreign.contains(provider)
                {
                    ownProviders.insert(provider)
                }
            }
        }
        let names = Set(desired.services.compactMap { $0.provider?.name })
        let clientIDs = Set(desired.services.compactMap { $0.provider?.clientID })
        applications = world.applications.filter { !touchable.contains($0.key) }.mapValues { application in
            .object((application.object ?? [:]).filter { $0.key != "provider_obj" })
        }
        let kept = Set(applications.values.compactMap { $0["provider"]?.integer })
        providers = world.providers.mapValues(Self.withoutAssignments).filter { pk, provider in
            if kept.contains(pk) { return true }
            let isNamed =
                names.contains(provider["name"]?.string ?? "")
                || clientIDs.contains(provider["client_id"]?.string ?? "")
            return !ownProviders.contains(pk) && (!isNamed || foreign.contains(pk))
        }
        marks = world.marks.filter { !touchable.contains($0.key) }
    }

    /// The part of another world that is protected here.
    init(_ world: RawWorld, of other: Protected) {
        applications = world.applications.filter { other.applications.keys.contains($0.key) }.mapValues { application in
            .object((application.object ?? [:]).filter { $0.key != "provider_obj" })
        }
        providers = world.providers.filter { other.providers.keys.contains($0.key) }.mapValues(Self.withoutAssignments)
        marks = world.marks.filter { other.marks.keys.contains($0.key) }
    }

    /// Which application uses it is the application's: a declared one may let go of a provider that is not ours.
    private static func withoutAssignments(_ provider: JSONValue) -> JSONValue {
        .object((provider.object ?? [:]).filter { !$0.key.hasPrefix("assigned_") })
    }
}

/// Everything there is, by primary key.
struct RawWorld {
    let applications: [String: JSONValue]
    let providers: [Int: JSONValue]
    /// The attributes, by the application.
    let marks: [String: JSONValue]
}

extension Homelab {
    func rawWorld() async throws -> RawWorld {
        var applications: [String: JSONValue] = [:]
        for row in try await admin.list("core/applications/") { applications[row["pk"]?.string ?? ""] = row }
        var providers: [Int: JSONValue] = [:]
        for row in try await admin.list("providers/oauth2/") { providers[row["pk"]?.integer ?? 0] = row }
        var marks: [String: JSONValue] = [:]
        for row in try await admin.list("core/application_entitlements/") {
            marks[row["app"]?.string ?? ""] = row["attributes"]
        }
        return RawWorld(applications: applications, providers: providers, marks: marks)
    }
}
