package import FoundationEssentials
import JSON

/// The type of providers that an outpost serves.
package enum OutpostType: String, Choice, Codable {
    case proxy, ldap, radius, rac

    /// Only proxy providers are served, of the types that exist here.
    func accepts(_ provider: OAuth2Provider) -> Bool { self == .proxy && provider.proxy != nil }
}

/// A process that runs an outpost, as reported by itself.
package struct OutpostInstance: Sendable, Hashable, Codable {
    package var hostname: String
    /// Nil for that of the installation.
    package var version: String?
    /// Nil for the time of the request.
    package var lastSeen: Date?

    package init(hostname: String, version: String? = nil, lastSeen: Date? = nil) {
        self.hostname = hostname
        self.version = version
        self.lastSeen = lastSeen
    }
}

/// `authentik_outposts.outpost`: serves providers that need a process in front of a service.
struct Outpost: Sendable, Codable {
    /// The mark of the outpost that is part of the server.
    static let embedded = "goauthentik.io/outposts/embedded"
    static let embeddedName = "authentik Embedded Outpost"

    var pk = UUID()
    var name = ""
    var kind = OutpostType.proxy
    var providers: [Int] = []
    var managed: String?
    /// The configuration as it was written; nil for that of a fresh installation.
    var configuration: JSONValue?
    /// Authentik knows them as long as they report themselves.
    var instances: [OutpostInstance] = []

    /// The outpost of a fresh installation, which the server runs.
    static func makeEmbedded() -> Outpost {
        Outpost(name: embeddedName, managed: embedded, instances: [OutpostInstance(hostname: "authentik-server")])
    }

    var isEmbedded: Bool { managed == Self.embedded }

    /// Its providers, in the order of the database, which is not that in which they were written.
    func providers(in store: Store) -> [OAuth2Provider] {
        providers.compactMap { store.providers[$0] }.sorted { $0.name < $1.name }
    }

    func json(in store: Store) -> JSONValue {
        let providers = providers(in: store)
        return [
            "pk": pk.json,
            "name": .string(name),
            "type": .string(kind.rawValue),
            "providers": .array(providers.map { .integer($0.pk) }),
            "providers_obj": .array(providers.map { $0.bareSummary(in: store) }),
            "service_connection": nil,
            "service_connection_obj": nil,
            "refresh_interval_s": 300,
            "token_identifier": .string("ak-outpost-\(pk.text)-api"),
            "config": configuration ?? Self.configuration(store.release, host: ""),
            "managed": .text(managed),
        ]
    }

    /// The answer of `health/` for each instance.
    func health(_ release: Release, at now: Date) -> JSONValue {
        .array(
            instances.map { instance in
                let version = instance.version ?? release.version
                return [
                    "uid": .string("\(pk.text)-\(instance.hostname)"),
                    "last_seen": (instance.lastSeen ?? now).json,
                    "version": .string(version),
                    "golang_version": "go1.24.5",
                    "openssl_enabled": false,
                    "openssl_version": "",
                    // Only shown with an enterprise licence.
                    "fips_enabled": nil,
                    "version_should": .string(release.version),
                    "version_outdated": .bool(version != release.version),
                    "build_hash": "",
                    "build_hash_should": "",
                    "hostname": .string(instance.hostname),
                ]
            }
        )
    }

    /// The configuration that Authentik proposes.
    ///
    /// - Parameters:
    ///   - host: the address at which an outpost reaches Authentik.
    ///   - namespace: the Kubernetes namespace.
    static func configuration(_ release: Release, host: String, namespace: String = "default") -> JSONValue {
        var fields: [String: JSONValue] = [
            "log_level": "warning",
            "docker_labels": nil,
            "authentik_host": .string(host),
            "docker_network": nil,
            "container_image": nil,
            "docker_map_ports": true,
            "refresh_interval": "minutes=5",
            "kubernetes_replicas": 1,
            "kubernetes_namespace": .string(namespace),
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

extension Outpost {
    /// Also decodes older files, which only have the embedded outpost.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try values.decodeIfPresent(OutpostType.self, forKey: .kind)
        self = kind == nil ? .makeEmbedded() : Outpost()
        pk = try values.decode(UUID.self, forKey: .pk)
        name = try values.decode(String.self, forKey: .name)
        providers = try values.decode([Int].self, forKey: .providers)
        guard let kind else { return }
        self.kind = kind
        managed = try values.decodeIfPresent(String.self, forKey: .managed)
        configuration = try values.decodeIfPresent(JSONValue.self, forKey: .configuration)
        instances = try values.decode([OutpostInstance].self, forKey: .instances)
    }
}
