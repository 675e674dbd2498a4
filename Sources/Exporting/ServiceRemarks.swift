import AuthentikAPI
import Base
import Kinds
import Planning

/// The properties of an application and its provider that a file has no name for; they stay as they are.
struct ServiceRemarks {
    let application: Application
    /// Nil for a bookmark.
    let provider: OAuth2Provider?
    /// This owner's.
    let mark: OwnershipMark?
    /// Of the application.
    let entitlements: [ApplicationEntitlement]

    /// A clause for each.
    var texts: [String] { ofApplication + (provider.map(texts) ?? []) }

    private var ofApplication: [String] {
        var texts: [String] = []
        if let mark, mark.slug != application.slug {
            texts.append("its slug, which is '\(mark.slug)' in its file, but was changed in Authentik")
        }
        if !application.backchannelProviders.isEmpty {
            texts.append(list("backchannel provider", application.backchannelProviders.map { $0.name ?? "?" }))
        }
        let others = entitlements.filter { $0.name != OwnershipMark.entitlementName }
        if !others.isEmpty { texts.append(list("application entitlement", others.map(\.name))) }
        return texts
    }

    private func texts(of provider: OAuth2Provider) -> [String] {
        var texts: [String] = []
        if let uri = provider.backchannelLogoutURI?.trimmed, !uri.isEmpty {
            texts.append("its backchannel logout URI")
        }
        return texts
    }

    private func list(_ noun: String, _ names: [String]) -> String {
        "\(count(names.count, noun)): \(names.map { "'\($0)'" }.sorted().joined(separator: ", "))"
    }
}

/// `1 service`, `2 services`.
func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}
