import AuthentikAPI
package import Base
import Kinds
package import Planning

/// The last change by somebody else that a pass found.
package struct LastDrift: Sendable, Equatable, Codable {
    package var at: Timestamp
    /// The number of the pass that found it.
    package var pass: Int
    /// A clause: `group differs`.
    package var reason: String
    /// `before` is the changed value, `after` the declared one.
    package var changes: [ChangeRecord]
    /// The author according to Authentik's audit log; absent if it has none.
    package var by: DriftAuthor?
    /// True if the audit log was watched throughout and has no such change, so that a blueprint or a shell made it;
    /// absent otherwise.
    package var isUnlogged: Bool?
    /// The blueprints that may have made the change, most likely first; absent if unknown.
    package var blueprints: [BlueprintTrace]?
}

/// A blueprint that Authentik applied at a time when a service was changed without an entry in the audit log.
package struct BlueprintTrace: Sendable, Equatable, Codable {
    package var name: String
    /// As reported by Authentik; absent for one that is not a file.
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
    /// The likely author if it was one of these: `probably the blueprint 'homelab' (custom/homelab.yaml), last applied
    /// at …`.
    package var culprit: String? {
        guard let first else { return nil }
        if count == 1 { return "probably the blueprint \(first.description)" }
        return "probably one of the blueprints \(map(\.description).joined(separator: "; "))"
    }
}

/// The author of a change.
package struct DriftAuthor: Sendable, Equatable, Codable {
    package var username: String
    package var at: Timestamp
    /// The network address of the request; absent if Authentik does not report it.
    package var address: String?
    /// The pk of the entry in Authentik's audit log; absent if unknown.
    package var event: String?
    /// The URL of that entry's page in Authentik; absent if unknown.
    package var link: String?

    package init(username: String, at: Timestamp, address: String? = nil, event: String? = nil) {
        self.username = username
        self.at = at
        self.address = address
        self.event = event
    }

    /// `akadmin from 10.0.0.5`.
    package var description: String { username + (address.map { " from \($0)" } ?? "") }

    /// Adds the link to the entry's page.
    ///
    /// - Parameter authentik: Authentik's address for browsers, without a trailing slash.
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
    /// The number of corrections, including those in the hour before it began.
    package var corrections: Int
    package var since: Timestamp
    /// The earliest time of the next correction.
    package var nextCorrectionAt: Timestamp
    /// The blueprints that may be the other party, most likely first; absent if unknown, or if the audit log has an
    /// author.
    package var blueprints: [BlueprintTrace]?
}

extension LastDrift {
    /// The author of a change that is not in the audit log although it was watched.
    package static let unlogged = "a blueprint or the shell (not in the audit log)"

    /// The author, if known: `akadmin from 10.0.0.5`.
    package var culprit: String? {
        by?.description ?? blueprints?.culprit ?? (isUnlogged == true ? Self.unlogged : nil)
    }

    /// - Parameters:
    ///   - isWatched: whether the audit log was watched throughout.
    ///   - blueprints: those that may have made the change if the audit log has no author.
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
