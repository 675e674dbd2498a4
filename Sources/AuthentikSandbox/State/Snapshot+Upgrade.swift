extension SandboxState {
    /// Upgrades it to a newer release, like Authentik's migrations at its first start; one that is not newer changes
    /// nothing.
    ///
    /// | since | change to existing objects |
    /// |---|---|
    /// | 2026.5 | an application with the launch URL `blank://blank`, which meant that it is hidden, is `meta_hide` and has none |
    /// | 2026.5 | an OAuth2 provider has all seven grant types, a proxy provider its own three |
    ///
    /// Objects that a newer release's blueprints would add are not created.
    package mutating func upgrade(to release: Sandbox.Release) {
        var snapshot = Snapshot(store)
        snapshot.upgrade(from: snapshot.release, to: release)
        store = Store(snapshot)
    }
}

extension Snapshot {
    /// Whether it was kept when the sandbox's 2026.5 was a candidate without grant types.
    var isOfCandidate: Bool { release == .may2026 && version == nil }

    mutating func upgrade(from old: Release, to new: Release) {
        guard new > old else { return }
        release = new
        version = new.version
        if new.hidesApplications, !old.hidesApplications {
            for index in applications.indices where applications[index].metaLaunchURL == "blank://blank" {
                applications[index].metaHide = true
                applications[index].metaLaunchURL = ""
            }
        }
        if new.hasGrantTypes, !old.hasGrantTypes {
            for index in providers.indices {
                providers[index].grantTypes =
                    providers[index].proxy == nil ? OAuth2Provider.olderGrantTypes : OAuth2Provider.proxyGrantTypes
            }
        }
    }
}
