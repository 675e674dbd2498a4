import FoundationEssentials
import JSON

/// The writes, which maintain the indexes, delete dependent objects and write the audit log.
extension Store {
    mutating func replace(_ old: Application?, with new: Application?) {
        audit(old, new, \.audited)
        if old == nil { applicationLists.clear() }
        if let old, new == nil {
            deleteBindings(of: old.pk)
            for entitlement in (indexes.entitlementsByApplication.removeValue(forKey: old.pk) ?? [:]).values {
                replace(entitlements[entitlement], with: nil)
            }
        }
        store(old, new)
    }

    /// Deleting a provider keeps its application, without a provider.
    mutating func replace(_ old: OAuth2Provider?, with new: OAuth2Provider?) {
        audit(old, new, \.audited)
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
                store(application, unlinked)
            }
            unlinkBackchannel(old.pk)
            for outpost in outposts.inOrderOfCreation where outpost.providers.contains(old.pk) {
                var without = outpost
                without.providers.removeAll { $0 == old.pk }
                outposts[outpost.pk] = without
            }
            for other in providers.inOrderOfCreation where other.federatedProviders.contains(old.pk) {
                providers[other.pk]?.federatedProviders.removeAll { $0 == old.pk }
            }
        }
    }

    /// Deleting a scope mapping removes it from its providers, without an event for them.
    mutating func replace(_ old: ScopeMapping?, with new: ScopeMapping?) {
        audit(old, new, \.audited)
        if let old {
            indexes.scopeMappingByName[old.name] = nil
            if let managed = old.managed { indexes.scopeMappingByManaged[managed] = nil }
        }
        if let new {
            indexes.scopeMappingByName[new.name] = new.pk
            if let managed = new.managed { indexes.scopeMappingByManaged[managed] = new.pk }
            scopeMappings[new.pk] = new
        } else if let old {
            scopeMappings[old.pk] = nil
            for provider in providers.inOrderOfCreation where provider.propertyMappings.contains(old.pk) {
                providers[provider.pk]?.propertyMappings.removeAll { $0 == old.pk }
            }
        }
    }

    mutating func replace(_ old: ApplicationEntitlement?, with new: ApplicationEntitlement?) {
        audit(old, new, \.audited)
        if let old, let app = old.app { indexes.entitlementsByApplication[app]?[old.name] = nil }
        if let new {
            if let app = new.app { indexes.entitlementsByApplication[app, default: [:]][new.name] = new.pk }
            entitlements[new.pk] = new
        } else if let old {
            deleteBindings(of: old.pk)
            entitlements[old.pk] = nil
        }
    }

    /// Deleting a group deletes its bindings, which may open what they protected.
    mutating func replace(_ old: Group?, with new: Group?) {
        audit(old, new, \.audited)
        if let old { indexes.groupByName[old.name] = nil }
        if let new {
            indexes.groupByName[new.name] = new.pk
            groups[new.pk] = new
            auditMembers(old, new)
        } else if let old {
            for binding in bindings.inOrderOfCreation where binding.group == old.pk { replace(binding, with: nil) }
            groups[old.pk] = nil
            for child in groups.inOrderOfCreation where child.parents.contains(old.pk) {
                groups[child.pk]?.parents.removeAll { $0 == old.pk }
            }
        }
    }

    /// Changes the members; the group itself is not written.
    mutating func replaceMembers(of old: Group, with users: [Int]) {
        var new = old
        new.users = users
        groups[new.pk] = new
        auditMembers(old, new)
    }

    /// Deleting a policy deletes its bindings, like for a group.
    mutating func replace(_ old: Policy?, with new: Policy?) {
        audit(old, new, \.audited)
        if let old { indexes.policyByName[old.name] = nil }
        if let new {
            indexes.policyByName[new.name] = new.pk
            policies[new.pk] = new
        } else if let old {
            for binding in bindings(ofPolicy: old.pk) { replace(binding, with: nil) }
            indexes.bindingsByPolicy[old.pk] = nil
            policies[old.pk] = nil
        }
    }

    mutating func replace(_ old: PolicyBinding?, with new: PolicyBinding?) {
        if let old, new == nil { audit(.modelDeleted, old.audited(in: self)) }
        if let old {
            if let target = old.target { indexes.bindingsByTarget[target]?.remove(old.pk) }
            if let policy = old.policy { indexes.bindingsByPolicy[policy]?.remove(old.pk) }
            indexes.expiringBindings.remove(old.pk)
        }
        if let new {
            if let target = new.target { indexes.bindingsByTarget[target, default: []].insert(new.pk) }
            if let policy = new.policy { indexes.bindingsByPolicy[policy, default: []].insert(new.pk) }
            if new.expires != nil { indexes.expiringBindings.insert(new.pk) }
            bindings[new.pk] = new
            audit(old == nil ? .modelCreated : .modelUpdated, new.audited(in: self))
        } else if let old {
            bindings[old.pk] = nil
        }
    }

    /// Removes the expired bindings; no request does that, so there is no event.
    mutating func removeExpiredBindings(at now: Date = Date()) {
        for pk in indexes.expiringBindings {
            guard let binding = bindings[pk], let expires = binding.expires, expires <= now else { continue }
            replace(binding, with: nil)
        }
    }

    /// Deleting a flow deletes the providers that use it for authorization or invalidation.
    mutating func replace(_ old: Flow?, with new: Flow?) {
        audit(old, new, \.audited)
        if let old { indexes.flowBySlug[old.slug] = nil }
        if let new {
            indexes.flowBySlug[new.slug] = new.pk
            flows[new.pk] = new
        } else if let old {
            deleteBindings(of: old.pk)
            flows[old.pk] = nil
            for provider in providers.inOrderOfCreation {
                if provider.authorizationFlow == old.pk || provider.invalidationFlow == old.pk {
                    replace(provider, with: nil)
                } else if provider.authenticationFlow == old.pk {
                    providers[provider.pk]?.authenticationFlow = nil
                }
            }
        }
    }

    mutating func replace(_ old: Role?, with new: Role?) {
        audit(old, new, \.audited)
        if let old { indexes.roleByName[old.name] = nil }
        if let new {
            indexes.roleByName[new.name] = new.pk
            roles[new.pk] = new
        } else if let old {
            roles[old.pk] = nil
            for group in groups.inOrderOfCreation where group.roles.contains(old.pk) {
                groups[group.pk]?.roles.removeAll { $0 == old.pk }
            }
        }
    }

    /// Deleting a user deletes its tokens and bindings.
    mutating func replace(_ old: User?, with new: User?) {
        audit(old, new, \.audited)
        if let old { indexes.userByName[old.username] = nil }
        if let new {
            indexes.userByName[new.username] = new.pk
            users[new.pk] = new
            keys.reserveUserKey(new.pk)
        } else if let old {
            for token in tokens.inOrderOfCreation where token.user == old.pk { replace(token, with: nil) }
            for binding in bindings.inOrderOfCreation where binding.user == old.pk { replace(binding, with: nil) }
            users[old.pk] = nil
            for group in groups.inOrderOfCreation where group.users.contains(old.pk) {
                groups[group.pk]?.users.removeAll { $0 == old.pk }
            }
        }
    }

    mutating func replace(_ old: Token?, with new: Token?) {
        audit(old, new, \.audited)
        if let old {
            indexes.tokenByIdentifier[old.identifier] = nil
            indexes.tokenByKey[old.key] = nil
        }
        if let new {
            indexes.tokenByIdentifier[new.identifier] = new.pk
            indexes.tokenByKey[new.key] = new.pk
            tokens[new.pk] = new
        } else if let old {
            tokens[old.pk] = nil
        }
    }

    mutating func replace(_ old: Outpost?, with new: Outpost?) {
        audit(old, new, \.audited)
        if let old { indexes.outpostByName[old.name] = nil }
        if let new {
            indexes.outpostByName[new.name] = new.pk
            outposts[new.pk] = new
        } else if let old {
            outposts[old.pk] = nil
        }
    }

    /// Deleting a certificate leaves its providers without one: they then sign with their secret.
    mutating func replace(_ old: CertificateKeyPair?, with new: CertificateKeyPair?) {
        audit(old, new, \.audited)
        if let new {
            certificates[new.pk] = new
        } else if let old {
            certificates[old.pk] = nil
            for provider in providers.inOrderOfCreation {
                if provider.signingKey == old.pk { providers[provider.pk]?.signingKey = nil }
                if provider.encryptionKey == old.pk { providers[provider.pk]?.encryptionKey = nil }
                if provider.proxy?.certificate == old.pk { providers[provider.pk]?.proxy?.certificate = nil }
            }
        }
    }

    /// Stores an application as a database would, without an event.
    private mutating func store(_ old: Application?, _ new: Application?) {
        if let old {
            indexes.applicationBySlug[old.slug] = nil
            if let provider = old.provider { indexes.applicationByProvider[provider] = nil }
            for provider in old.backchannelProviders { indexes.applicationByBackchannelProvider[provider] = nil }
        }
        guard let new else {
            if let old { applications[old.pk] = nil }
            return
        }
        indexes.applicationBySlug[new.slug] = new.pk
        if let provider = new.provider { indexes.applicationByProvider[provider] = new.pk }
        for provider in new.backchannelProviders {
            // It serves only one application: the one that named it last.
            unlinkBackchannel(provider)
            indexes.applicationByBackchannelProvider[provider] = new.pk
        }
        applications[new.pk] = new
    }

    private mutating func unlinkBackchannel(_ provider: Int) {
        guard let application = backchannelApplication(of: provider) else { return }
        var unlinked = application
        unlinked.backchannelProviders.removeAll { $0 == provider }
        store(application, unlinked)
    }

    private mutating func deleteBindings(of target: UUID) {
        for binding in bindings(of: target) { replace(binding, with: nil) }
        indexes.bindingsByTarget[target] = nil
    }

    private mutating func audit<Row>(_ old: Row?, _ new: Row?, _ audited: (Row) -> AuditedModel) {
        switch (old, new) {
        case (nil, let new?): audit(.modelCreated, audited(new))
        case (_?, let new?): audit(.modelUpdated, audited(new))
        case (let old?, nil): audit(.modelDeleted, audited(old))
        case (nil, nil): break
        }
    }

    /// Membership changes are events of their own, after that of the group.
    private mutating func auditMembers(_ old: Group?, _ new: Group) {
        if new.roles != old?.roles ?? [] { audit(.modelUpdated, new.audited) }
        let added = new.users.filter { !(old?.users.contains($0) ?? false) }
        let removed = (old?.users ?? []).filter { !new.users.contains($0) }
        if added.isEmpty, removed.isEmpty { return }
        var changes: [String: JSONValue] = [:]
        if !added.isEmpty { changes["add"] = .array(added.map { .integer($0) }) }
        if !removed.isEmpty { changes["remove"] = .array(removed.map { .integer($0) }) }
        audit(
            .modelUpdated,
            new.audited,
            difference: release.showsCreatedValues ? ["users": .object(changes)] : nil
        )
    }
}
