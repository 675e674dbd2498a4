import Base
package import DesiredState
package import Kinds

/// An outpost named by files, and the services that it should serve.
package struct OutpostUse: Sendable, Equatable {
    /// The outpost in Authentik; nil if there is none of that name, or if it cannot serve these services.
    package var outpost: Outpost?
    /// Why there is none, as a clause.
    package var mistake: String?
    /// What to do, as a clause.
    package var hint: String?
    /// In the order of the services.
    package var slugs: [String]

    /// All outposts that services name, in their order.
    package static func all(of services: [Service], among outposts: [Outpost]) -> [OutpostUse] {
        var uses: [OutpostUse] = []
        for service in services where service.state == .present {
            guard let name = service.forwardAuth?.outpost else { continue }
            var use = OutpostUse(slugs: [service.slug])
            do throws(LookUpError) {
                use.outpost = try outposts.named(name)
            } catch {
                (use.mistake, use.hint) = (error.message, error.hint)
            }
            if let index = uses.firstIndex(where: { $0.outpost?.pk == use.outpost?.pk && $0.mistake == use.mistake }) {
                uses[index].slugs.append(service.slug)
            } else {
                uses.append(use)
            }
        }
        return uses
    }
}

extension [Outpost] {
    /// The outpost that a file names.
    func named(_ name: String) throws(LookUpError) -> Outpost {
        let named = first { $0.name.exact == name.exact }
        guard let outpost = named ?? (name == Outpost.embedded ? first(where: \.isEmbedded) : nil) else {
            if name == Outpost.embedded {
                throw LookUpError("forwardAuth: Authentik has no embedded outpost; name another one in 'outpost'")
            }
            throw LookUpError(
                "forwardAuth: Authentik has no outpost '\(name)'",
                meant: name,
                among: map(\.name) + [Outpost.embedded]
            )
        }
        guard outpost.type == Outpost.proxyType else {
            throw LookUpError(
                "forwardAuth: the outpost '\(outpost.name)' is of the type '\(outpost.type)', and only one of the type "
                    + "'\(Outpost.proxyType)' serves forward-auth"
            )
        }
        return outpost
    }
}
