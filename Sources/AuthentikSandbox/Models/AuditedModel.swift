import FoundationEssentials
import JSON

/// An object as the audit log names it.
struct AuditedModel: Sendable {
    var app: String
    var modelName: String
    /// A number, or a UUID without dashes.
    var pk: JSONValue
    var name: String
    /// The values of a new object, where the release lists them.
    var values: [String: JSONValue] = [:]

    var json: JSONValue {
        ["app": .string(app), "model_name": .string(modelName), "pk": pk, "name": .string(name)]
    }
}

extension Application {
    var audited: AuditedModel {
        AuditedModel(
            app: "authentik_core",
            modelName: "application",
            pk: .string(pk.digits),
            name: name,
            values: [
                "name": .string(name), "slug": .string(slug), "group": .string(group),
                "pbm_uuid": .string(pk.digits), "policybindingmodel_ptr": .string(pk.digits),
                "provider": .number(provider), "meta_publisher": .string(metaPublisher),
                "meta_launch_url": .string(metaLaunchURL), "open_in_new_tab": .bool(openInNewTab),
                "meta_description": .string(metaDescription),
                "policy_engine_mode": .string(policyEngineMode.rawValue),
            ]
        )
    }
}

extension OAuth2Provider {
    var audited: AuditedModel {
        AuditedModel(
            app: proxy == nil ? "authentik_providers_oauth2" : "authentik_providers_proxy",
            modelName: proxy == nil ? "oauth2provider" : "proxyprovider",
            pk: .integer(pk),
            name: name,
            values: [
                "id": .integer(pk), "provider_ptr": .integer(pk), "name": .string(name),
                "sub_mode": .string(subjectMode.rawValue), "client_id": .string(clientID),
                "client_type": .string(clientType.rawValue), "issuer_mode": .string(issuerMode.rawValue),
                "signing_key": .null, "client_secret": .null, "encryption_key": .null,
                "_redirect_uris": .array(redirectURIs.map { (try? $0.json(nil)) ?? [:] }),
                "is_backchannel": false,
                "invalidation_flow": .text(invalidationFlow?.digits),
                "authorization_flow": .text(authorizationFlow?.digits),
                "access_code_validity": .string(accessCodeValidity),
                "access_token_validity": .null, "refresh_token_validity": .null,
                "include_claims_in_id_token": .null,
            ]
        )
    }
}

extension ApplicationEntitlement {
    var audited: AuditedModel {
        AuditedModel(
            app: "authentik_core",
            modelName: "applicationentitlement",
            pk: .string(pk.digits),
            name: name
        )
    }
}

extension Group {
    var audited: AuditedModel {
        AuditedModel(app: "authentik_core", modelName: "group", pk: .string(pk.digits), name: name)
    }
}

extension PolicyBinding {
    func audited(in store: Store) -> AuditedModel {
        let target = self.target.flatMap { store.name(ofBindingTarget: $0) } ?? ""
        let subject =
            group.flatMap { store.groups[$0] }.map { "Group \($0.name)" }
            ?? user.flatMap { store.users[$0] }.map { "User \($0.username)" }
            ?? policy.flatMap { store.policies[$0] }.map { "Policy \($0.name)" } ?? ""
        return AuditedModel(
            app: "authentik_policies",
            modelName: "policybinding",
            pk: .string(pk.digits),
            name: "Binding from \(target) #\(order) to \(subject)"
        )
    }
}

extension Flow {
    var audited: AuditedModel {
        AuditedModel(app: "authentik_flows", modelName: "flow", pk: .string(pk.digits), name: name)
    }
}

extension Outpost {
    var audited: AuditedModel {
        AuditedModel(app: "authentik_outposts", modelName: "outpost", pk: .string(pk.digits), name: name)
    }
}

extension Role {
    var audited: AuditedModel {
        AuditedModel(app: "authentik_rbac", modelName: "role", pk: .string(pk.digits), name: name)
    }
}

extension Token {
    var audited: AuditedModel {
        AuditedModel(
            app: "authentik_core",
            modelName: "token",
            pk: .string(pk.digits),
            name: "Token \(identifier)"
        )
    }
}

extension User {
    var audited: AuditedModel {
        AuditedModel(app: "authentik_core", modelName: "user", pk: .integer(pk), name: name)
    }
}
