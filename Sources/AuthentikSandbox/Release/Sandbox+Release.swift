extension Sandbox {
    /// The releases of Authentik that a sandbox can be, in their order.
    package enum Release: String, CaseIterable, Sendable, Codable {
        case december2024 = "2024.12"
        case december2025 = "2025.12"
        /// The release candidate that was recorded.
        case may2026 = "2026.5"
        /// The same with the two fields that later releases have: `grant_types` and `meta_hide`.
        case august2026 = "2026.8"
    }
}

extension Sandbox.Release: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension Sandbox.Release {
    /// What `/api/v3/admin/version/` says.
    package var version: String {
        switch self {
        case .december2024: "2024.12.5"
        case .december2025: "2025.12.4"
        case .may2026: "2026.5.0-rc1"
        case .august2026: "2026.8.0"
        }
    }
}

typealias Release = Sandbox.Release
