import JSON
package import Secrets

/// What an ownership mark remembers of the Secret that a provider got its secret from, so that the service's workload is
/// restarted once for each rotation, whenever this program ends in between.
package struct SecretRotation: Sendable, Equatable {
    /// The Secret as it was when the provider was last given its value.
    package var version: SecretVersion
    /// Whether the workload has still to be restarted for it.
    package var isPending = false
    /// The time of the last restart, or of the one that is pending: RFC 3339, in UTC and whole seconds; nil before the
    /// first.
    package var at: String?

    package init(version: SecretVersion, isPending: Bool = false, at: String? = nil) {
        self.version = version
        self.isPending = isPending
        self.at = at
    }
}

extension SecretRotation {
    /// Reads what ``json`` wrote; nil for anything else, which counts as nothing known.
    init?(_ json: JSONValue?) {
        guard let uid = json?["uid"]?.string, let resourceVersion = json?["resourceVersion"]?.string else { return nil }
        self.init(
            version: SecretVersion(uid: uid, resourceVersion: resourceVersion),
            isPending: json?["pending"]?.bool ?? false,
            at: json?["at"]?.string.flatMap { $0.isTime ? $0 : nil }
        )
    }

    /// As a mark has it.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "uid": .string(version.uid), "resourceVersion": .string(version.resourceVersion),
            "pending": .bool(isPending),
        ]
        members["at"] = at.map(JSONValue.string)
        return .object(members)
    }
}

extension String {
    /// Whether it looks like one of the times that are written here: `2026-11-24T16:00:00Z`.
    fileprivate var isTime: Bool {
        let form = "0000-00-00T00:00:00Z".utf8
        return utf8.count == form.count
            && zip(utf8, form).allSatisfy { byte, sign in
                sign == UInt8(ascii: "0") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == sign
            }
    }
}
