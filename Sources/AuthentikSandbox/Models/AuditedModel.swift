import FoundationEssentials
import JSON

/// An object as in the audit log.
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

extension ScopeMapping {
    var audited: AuditedModel {
        AuditedModel(app: "authentik_providers_oauth2", modelName: "scopemapping", pk: .string(pk.digits), name: name)
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

extension Policy {
    var audited: AuditedModel {
        let (app, modelName) =
            switch kind {
            case .expression: ("authentik_policies_expression", "expressionpolicy")
            case .eventMatcher: ("authentik_policies_event_matcher", "eventmatcherpolicy")
            case .password: ("authentik_policies_password", "passwordpolicy")
            }
        return AuditedModel(app: app, modelName: modelName, pk: .string(pk.digits), name: name)
    }
}

extension PolicyBinding {
    /// Authentik's name for it: `Binding from Grafana #0 to Group admins`.
    func name(in store: Store) -> String {
        let target = self.target.flatMap { store.name(ofBindingTarget: $0) } ?? ""
        let subject =
            policy.flatMap { store.policies[$0] }.map { "Policy \($0.name)" }
            ?? group.flatMap { store.groups[$0] }.map { "Group \($0.name)" }
            ?? user.flatMap { store.users[$0] }.map { "User \($0.name)" } ?? ""
        return "Binding from \(target) #\(order) to \(subject)"
    }

    func audited(in store: Store) -> AuditedModel {
        AuditedModel(
            app: "authentik_policies",
            modelName: "policybinding",
            pk: .string(pk.digits),
            name: name(in: store)
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

extension CertificateKeyPair {
    var audited: AuditedModel {
        AuditedModel(app: "authentik_crypto", modelName: "certificatekeypair", pk: .string(pk.digits), name: name)
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
