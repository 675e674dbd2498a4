import KubernetesSupport
import Testing
import YAMLDocument

/// What `reconcile rbac` printed, read as Kubernetes reads it.
struct PrintedRoles {
    /// The rules that the bindings give to the service account, each with its Role's name and namespace.
    private(set) var rules: [AccessRule] = []
    /// Who is bound to any of them, as `namespace/name`.
    private(set) var accounts: Set<String> = []
    /// `namespace/name` of each Role, in order.
    private(set) var roles: [String] = []

    init(_ text: String) throws {
        var bound: [String] = []
        for document in text.split(separator: "---\n") {
            let yaml = ParsedYAML(Array(document.utf8))
            try #require(yaml.problems.isEmpty, "\(yaml.problems)")
            let root = try #require(yaml.root)
            #expect(root["apiVersion"]?.text == "rbac.authorization.k8s.io/v1")
            #expect(root["metadata"]?["labels"]?["app.kubernetes.io/name"]?.text == "reconcile")
            let name = try #require(root["metadata"]?["name"]?.text)
            let namespace = try #require(root["metadata"]?["namespace"]?.text)
            if root["kind"]?.text == "Role" {
                roles.append("\(namespace)/\(name)")
                for rule in try #require(root["rules"]?.items) {
                    rules.append(
                        AccessRule(
                            verbs: try #require(rule["verbs"]?.texts),
                            groups: try #require(rule["apiGroups"]?.texts),
                            resources: try #require(rule["resources"]?.texts),
                            namespace: namespace,
                            resourceNames: try rule["resourceNames"].map { try #require($0.texts) } ?? [],
                            role: name
                        )
                    )
                }
            } else {
                #expect(root["kind"]?.text == "RoleBinding")
                let role = try #require(root["roleRef"])
                #expect(role["apiGroup"]?.text == "rbac.authorization.k8s.io")
                #expect(role["kind"]?.text == "Role")
                bound.append("\(namespace)/\(try #require(role["name"]?.text))")
                for subject in try #require(root["subjects"]?.items) {
                    #expect(subject["kind"]?.text == "ServiceAccount")
                    accounts.insert("\(subject["namespace"]?.text ?? "")/\(subject["name"]?.text ?? "")")
                }
            }
        }
        #expect(bound == roles)
    }

    /// Each right by itself, as `get secrets monitoring/grafana-secret`.
    var rights: Set<String> {
        Set(
            rules.flatMap { rule in
                rule.resources.flatMap { resource in
                    rule.resourceNames.flatMap { name in
                        rule.verbs.map { "\($0) \(resource) \(rule.namespace ?? "*")/\(name)" }
                    }
                }
            }
        )
    }
}

extension YAMLNode {
    fileprivate subscript(key: String) -> YAMLNode? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    fileprivate var items: [YAMLNode]? {
        guard case .sequence(let items) = content else { return nil }
        return items
    }

    fileprivate var text: String? {
        guard case .scalar(let scalar) = content else { return nil }
        return scalar.text
    }

    fileprivate var texts: [String]? {
        guard let items else { return nil }
        let texts = items.compactMap(\.text)
        return texts.count == items.count ? texts : nil
    }
}
