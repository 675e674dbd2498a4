import AuthentikAPI
package import Base
import Kinds
package import Planning

/// What somebody else changed last, as a pass found it.
package struct LastDrift: Sendable, Equatable, Codable {
    package var at: Timestamp
    /// The number of the pass that found it.
    package var pass: Int
    /// A clause: `group differs`.
    package var reason: String
    /// `before` is what somebody made of it, `after` what is declared.
    package var changes: [ChangeRecord]
    /// Who did it, by Authentik's audit log; absent if that does not say.
    package var by: DriftAuthor?
    /// True if that was watched all the while and has nothing of it: a blueprint or a shell did it; absent otherwise.
    package var isUnlogged: Bool?
    /// The blueprints that may have done it, the likeliest first; absent if that is not known.
    package var blueprints: [BlueprintTrace]?
}

/// A blueprint that Authentik applied at a time when a service was changed and the audit log has nothing of it.
package struct BlueprintTrace: Sendable, Equatable, Codable {
    package var name: String
    /// As Authentik has it; absent for one that is not a file.
    package var path: String?
    package var appliedAt: Timestamp

    init(_ blueprint: AppliedBlueprint) {
        name = blueprint.name
        path = blueprint.path.isEmpty ? nil : blueprint.path
        appliedAt = Timestamp(blueprint.appliedAt)
    }

    package init(name: String, path: String?, appliedAt: Timestamp) {
        self.name = name
        self.path = path
        self.appliedAt = appliedAt
    }

    /// `'homelab' (custom/homelab.yaml), last applied at 2026-11-24T13:00:00.123Z`.
    package var description: String {
        "'\(name)'\(path.map { " (\($0))" } ?? ""), last applied at \(appliedAt)"
    }
}

extension [BlueprintTrace] {
    /// Who did it, if it was one of these: `probably the blueprint 'homelab' (custom/homelab.yaml), last applied at …`.
    package var culprit: String? {
        guard let first else { return nil }
        if count == 1 { return "probably the blueprint \(first.description)" }
        return "probably one of the blueprints \(map(\.description).joined(separator: "; "))"
    }
}

/// Who changed something.
package struct DriftAuthor: Sendable, Equatable, Codable {
    package var username: String
    package var at: Timestamp
    /// The network address that it came from; absent if Authentik does not say.
    package var address: String?
    /// The pk of the entry in Authentik's audit log; absent if it is not known.
    package var event: String?
    /// The page of that entry in Authentik; absent if it is not known.
    package var link: String?

    package init(username: String, at: Timestamp, address: String? = nil, event: String? = nil) {
        self.username = username
        self.at = at
        self.address = address
        self.event = event
    }

    /// `akadmin from 10.0.0.5`.
    package var description: String { username + (address.map { " from \($0)" } ?? "") }

    /// With the page that shows the entry.
    ///
    /// - Parameter authentik: where Authentik is for browsers, without a slash at the end.
    func linked(to authentik: String) -> DriftAuthor {
        var author = self
        author.link = event.map { "\(authentik)/if/admin/#/events/log/\($0)" }
        return author
    }
}

/// Conflicting changes: somebody keeps changing the same fields of a service.
package struct ContestStatus: Sendable, Equatable, Codable {
    /// The fields, as `provider.redirect_uris`.
    package var fields: [String]
    /// How often they were corrected, in the hour before it began and since.
    package var corrections: Int
    package var since: Timestamp
    /// When they are corrected again at the earliest.
    package var nextCorrectionAt: Timestamp
    /// The blueprints that may be the other side, the likeliest first; absent if that is not known, or the audit log names
    /// somebody.
    package var blueprints: [BlueprintTrace]?
}

extension LastDrift {
    /// Who changed what is not in the audit log although that was watched.
    package static let unlogged = "a blueprint or the shell (not in the audit log)"

    /// Who did it, as far as that is known: `akadmin from 10.0.0.5`.
    package var culprit: String? {
        by?.description ?? blueprints?.culprit ?? (isUnlogged == true ? Self.unlogged : nil)
    }

    /// - Parameters:
    ///   - isWatched: whether whatever is in the audit log is known.
    ///   - blueprints: those that may have done it where the audit log has no author.
    init(
        _ reason: String,
        _ changes: [FieldChange],
        _ pass: FinishedPass,
        _ author: DriftAuthor?,
        isWatched: Bool,
        blueprints: [BlueprintTrace]? = nil
    ) {
        self.init(
            at: pass.finishedAt,
            pass: pass.number,
            reason: reason,
            changes: changes.map(ChangeRecord.init),
            by: author,
            isUnlogged: author == nil && isWatched ? true : nil,
            blueprints: author == nil && isWatched ? blueprints : nil
        )
    }
}
