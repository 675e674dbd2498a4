import FoundationEssentials
import JSON

/// `authentik_outposts.outpost`: what serves proxy providers; only the embedded one is there.
struct Outpost: Sendable, Codable {
    var pk = UUID()
    var name = "authentik Embedded Outpost"
    var providers: [Int] = []

    func json(in store: Store) -> JSONValue {
        [
            "pk": pk.json,
            "name": .string(name),
            "type": "proxy",
            "providers": .array(providers.map { .integer($0) }),
            "providers_obj": .array(providers.compactMap { store.providers[$0] }.map { $0.bareSummary(in: store) }),
            "service_connection": nil,
            "service_connection_obj": nil,
            "refresh_interval_s": 300,
            "token_identifier": .string("ak-outpost-\(pk.text)-api"),
            "config": Self.configuration(store.release),
            "managed": "goauthentik.io/outposts/embedded",
        ]
    }

    private static func configuration(_ release: Release) -> JSONValue {
        var fields: [String: JSONValue] = [
            "log_level": "warning",
            "docker_labels": nil,
            "authentik_host": "",
            "docker_network": nil,
            "container_image": nil,
            "docker_map_ports": true,
            "refresh_interval": "minutes=5",
            "kubernetes_replicas": 1,
            "kubernetes_namespace": "default",
            "authentik_host_browser": "",
            "object_naming_template": "ak-outpost-%(name)s",
            "authentik_host_insecure": false,
            "kubernetes_json_patches": nil,
            "kubernetes_service_type": "ClusterIP",
            "kubernetes_image_pull_secrets": [],
            "kubernetes_ingress_class_name": nil,
            "kubernetes_disabled_components": [],
            "kubernetes_ingress_annotations": [:],
            "kubernetes_ingress_secret_name": "authentik-outpost-tls",
        ]
        if release >= .december2025 {
            fields["kubernetes_ingress_path_type"] = .null
            fields["kubernetes_httproute_annotations"] = [:]
            fields["kubernetes_httproute_parent_refs"] = []
        }
        if release >= .earlyMay2026 { fields["kubernetes_disable_x509_strict"] = false }
        return .object(fields)
    }
}
