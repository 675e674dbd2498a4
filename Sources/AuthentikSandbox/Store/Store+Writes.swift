import FoundationEssentials

/// The writes that keep the indexes true, and what falls with what.
extension Store {
    mutating func replace(_ old: Application?, with new: Application?) {
        if let old {
            indexes.applicationBySlug[old.slug] = nil
            if let provider = old.provider { indexes.applicationByProvider[provider] = nil }
            for provider in old.backchannelProviders { indexes.applicationByBackchannelProvider[provider] = nil }
        }
        if let new {
            indexes.applicationBySlug[new.slug] = new.pk
            if let provider = new.provider { indexes.applicationByProvider[provider] = new.pk }
            for provider in new.backchannelProviders {
                // It serves one application: the one that named it last.
                unlinkBackchannel(provider)
                indexes.applicationByBackchannelProvider[provider] = new.pk
            }
            applications[new.pk] = new
        } else if let old {
            applications[old.pk] = nil
            for entitlement in (indexes.entitlementsByApplication.removeValue(forKey: old.pk) ?? [:]).values {
                replace(entitlements[entitlement], with: nil)
            }
            deleteBindings(of: old.pk)
        }
    }

    /// A provider that goes leaves its application behind, without one.
    mutating func replace(_ old: OAuth2Provider?, with new: OAuth2Provider?) {
        if let old {
            indexes.providerByName[old.name] = nil
            indexes.providerByClientID[old.clientID] = nil
        }
        if let new {
            indexes.providerByName[new.name] = new.pk
            indexes.providerByClientID[new.clientID] = new.pk
            providers[new.pk] = new
        } else if let old {
            providers[old.pk] = nil
            if let application = application(of: old.pk) {
                var unlinked = application
                unlinked.provider = nil
                replace(application, with: unlinked)
            }
            unlinkBackchannel(old.pk)
        }
    }

    mutating func replace(_ old: ApplicationEntitlement?, with new: ApplicationEntitlement?) {
        if let old, let app = old.app { indexes.entitlementsByApplication[app]?[old.name] = nil }
        if let new {
            if let app = new.app { indexes.entitlementsByApplication[app, default: [:]][new.name] = new.pk }
            entitlements[new.pk] = new
        } else if let old {
            entitlements[old.pk] = nil
            deleteBindings(of: old.pk)
        }
    }

    /// A group that goes takes its bindings along, by which what it guarded can become public.
    mutating func replace(_ old: Group?, with new: Group?) {
        if let old { indexes.groupByName[old.name] = nil }
        if let new {
            indexes.groupByName[new.name] = new.pk
            groups[new.pk] = new
        } else if let old {
            groups[old.pk] = nil
            for binding in bindings.inOrderOfCreation where binding.group == old.pk { replace(binding, with: nil) }
        }
    }

    mutating func replace(_ old: PolicyBinding?, with new: PolicyBinding?) {
        if let old, let target = old.target { indexes.bindingsByTarget[target]?.remove(old.pk) }
        if let new {
            if let target = new.target { indexes.bindingsByTarget[target, default: []].insert(new.pk) }
            bindings[new.pk] = new
        } else if let old {
            bindings[old.pk] = nil
        }
    }

    private mutating func unlinkBackchannel(_ provider: Int) {
        guard let application = backchannelApplication(of: provider) else { return }
        var unlinked = application
        unlinked.backchannelProviders.removeAll { $0 == provider }
        replace(application, with: unlinked)
    }

    private mutating func deleteBindings(of target: UUID) {
        for binding in indexes.bindingsByTarget.removeValue(forKey: target) ?? [] { bindings[binding] = nil }
    }
}
