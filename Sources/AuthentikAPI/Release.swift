import Base

/// A release of Authentik, as `GET /admin/version/` names it: `2025.12.4`, `2026.5.0-rc1`.
package struct Release: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    /// The whole text.
    package let description: String

    private static let longest = 64

    private static func isPart(_ byte: UInt8) -> Bool { byte.isASCIIAlphanumeric || ".-+_".utf8.contains(byte) }

    /// Returns nil unless the text begins with a year and a month and contains only what releases have: it is shown
    /// everywhere.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 2)
        guard parts.count >= 2, let year = Int(parts[0]), let month = Int(parts[1]), year >= 2000,
            text.utf8.count <= Self.longest, text.utf8.allSatisfy(Self.isPart)
        else { return nil }
        self.year = year
        self.month = month
        description = text
    }

    /// The first release of a month.
    package init(_ year: Int, _ month: Int) {
        self.year = year
        self.month = month
        description = "\(year).\(month)"
    }

    /// By year and month, since patch releases do not differ in what exists.
    package static func < (left: Release, right: Release) -> Bool {
        (left.year, left.month) < (right.year, right.month)
    }
}

extension Release {
    /// The oldest release that this program works with: the first with application entitlements.
    package static let oldestSupported = (year: 2024, month: 12)

    /// The newest release that this program was tested with.
    package static let newestKnown = (year: 2026, month: 8)

    /// Whether it is not newer than the releases that this program was tested with.
    package var isKnown: Bool { (year, month) <= Release.newestKnown }

    /// The remark about a release that is newer than this program: a clause; nil for one that it was tested with.
    package var newerRemark: String? {
        guard !isKnown else { return nil }
        let (year, month) = Release.newestKnown
        return "Authentik \(self) is newer than this version of 'reconcile' knows (\(year).\(month)): fields that are "
            + "new in it are left alone"
    }

    package var isSupported: Bool { isAtLeast(Release.oldestSupported.year, Release.oldestSupported.month) }

    /// Since 2025.12 the rows of a filtered list of applications are up to date, though some may be missing; before,
    /// they may be a day old.
    package var listsCurrentApplications: Bool { isAtLeast(2025, 12) }

    /// Since 2025.10 the built-in scope `email` marks each address as unverified.
    package var leavesAddressesUnverified: Bool { isAtLeast(2025, 10) }

    /// Since 2026.2 tokens can be signed with Ed25519 and Ed448 keys.
    package var signsWithEdwardsKeys: Bool { isAtLeast(2026, 2) }

    /// From 2025.8 to 2026.2 some patch releases take the policy engine mode `all` for `any` among groups and users
    /// (goauthentik/authentik#17484, fixed by #20430 in February 2026).
    package var mayConfuseModeAll: Bool { isAtLeast(2025, 8) && !isAtLeast(2026, 5) }

    /// Whether an installation can be configured to close applications without bindings (since 2026.5).
    package var canCloseByDefault: Bool { isAtLeast(2026, 5) }

    private func isAtLeast(_ year: Int, _ month: Int) -> Bool {
        (self.year, self.month) >= (year, month)
    }
}
