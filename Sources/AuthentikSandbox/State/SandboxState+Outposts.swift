import FoundationEssentials
import JSON

/// Outposts for proxy providers: declared in an initial state, and read back from one.
///
/// None of it creates an event in the audit log.
extension SandboxState {
    /// An outpost.
    package struct OutpostFacts: Sendable, Hashable {
        package var pk: String
        package var name: String
        package var type: OutpostType
        /// The names of its providers, in order.
        package var providers: [String]
        package var isEmbedded: Bool
        package var instances: [OutpostInstance]
    }

    /// The name of the outpost that every fresh installation has.
    package static let embeddedOutpost = Outpost.embeddedName

    /// Adds a proxy provider without an application, or changes the address of the existing one with that name.
    ///
    /// - Returns: its primary key.
    @discardableResult
    package mutating func addProxyProvider(_ name: String, externalHost: String) -> Int {
        let old = store.indexes.providerByName[name].flatMap { store.providers[$0] }
        var provider = old ?? OAuth2Provider(pk: store.keys.makeProviderKey(), name: name)
        let authorization = store.indexes.flowBySlug["default-provider-authorization-implicit-consent"]
        provider.authorizationFlow = provider.authorizationFlow ?? authorization
        provider.invalidationFlow =
            provider.invalidationFlow ?? store.indexes.flowBySlug["default-provider-invalidation-flow"]
        var settings = provider.proxy ?? ProxySettings(mode: .forwardSingle)
        settings.externalHost = externalHost
        settings.apply(to: &provider, in: store)
        store.replace(old, with: provider)
        return provider.pk
    }

    /// Adds an outpost without instances, or replaces the providers of the existing one with that name.
    ///
    /// - Parameter providers: the names of providers of any kind; missing ones are created as proxy providers.
    /// - Returns: its primary key.
    @discardableResult
    package mutating func addOutpost(
        name: String,
        type: OutpostType = .proxy,
        providers: [String] = []
    ) -> String {
        let old = store.indexes.outpostByName[name].flatMap { store.outposts[$0] }
        var outpost = old ?? Outpost(name: name, configuration: ["authentik_host": ""])
        outpost.kind = type
        outpost.providers = providers.map { provider in
            store.indexes.providerByName[provider]
                ?? addProxyProvider(provider, externalHost: "https://\(provider).example.org")
        }
        store.replace(old, with: outpost)
        return outpost.pk.text
    }

    /// Sets the processes that run an outpost, and when each was last seen; a missing outpost changes nothing.
    package mutating func setHealth(ofOutpost name: String, to instances: [OutpostInstance]) {
        guard let old = store.indexes.outpostByName[name].flatMap({ store.outposts[$0] }) else { return }
        var new = old
        new.instances = instances
        store.replace(old, with: new)
    }

    /// Removes an outpost; a missing one changes nothing.
    package mutating func removeOutpost(_ name: String) {
        guard let outpost = store.indexes.outpostByName[name].flatMap({ store.outposts[$0] }) else { return }
        store.replace(outpost, with: nil)
    }

    /// All outposts in order of creation, the embedded one first.
    package var outposts: [OutpostFacts] {
        store.outposts.inOrderOfCreation.map { outpost in
            OutpostFacts(
                pk: outpost.pk.text,
                name: outpost.name,
                type: outpost.kind,
                providers: outpost.providers(in: store).map(\.name),
                isEmbedded: outpost.isEmbedded,
                instances: outpost.instances
            )
        }
    }
}
