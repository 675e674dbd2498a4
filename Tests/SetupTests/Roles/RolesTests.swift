import DesiredState
import KubernetesAPI
import Setup
import Testing

@Suite(.timeLimit(.minutes(60))) struct RolesTests {
    private static let account = ObjectName(namespace: "authentik", name: "reconcile")
    private static let reading = ["get", "list", "watch"]
    private static let publishing = ["get", "create", "patch"]

    private static let services = """
          - slug: grafana
            redirectURIs: [https://grafana.example.net/]
            secretRef: {kubernetes: {namespace: monitoring, name: grafana-secret, key: clientKey}}
            restart: {deployment: grafana}
            publish: {namespace: monitoring, name: grafana-oidc, keySet: grafana}
          - slug: alertmanager
            redirectURIs: [https://alerts.example.net/]
            secretRef: {kubernetes: {namespace: monitoring, name: alerts-secret, key: clientKey}}
            restart: {statefulSet: alerts}
            publish: {namespace: argocd, name: alerts-oidc, keySet: generic, kind: Secret}
          - slug: argocd
            redirectURIs: [https://argocd.example.net/]
            secretRef: {kubernetes: {namespace: argocd, name: argocd-oidc, key: clientSecret}}
            restart: {daemonSet: shared, namespace: monitoring}
        """

    private func desired(_ services: String) throws -> DesiredState {
        let text = "apiVersion: reconcile/v1\nowner: homelab\nservices:\n\(services)\n"
        let result = DesiredStateLoader.load(sources: [.init(path: "services.yaml", bytes: Array(text.utf8))])
        return try #require(result.state, "\(result.diagnostics)")
    }

    private func roles(_ services: String, isJob: Bool = false) throws -> Roles {
        Roles(for: try desired(services), account: Self.account, isJob: isJob)
    }

    @Test func `a Role in each namespace, with a rule for each kind of need`() throws {
        let all = try roles(Self.services).all
        #expect(
            all == [
                Role(
                    ObjectName(namespace: "argocd", name: "reconcile-services"),
                    rules: [
                        RoleRule(.secrets, names: ["alerts-oidc"], verbs: Self.publishing),
                        RoleRule(.secrets, names: ["argocd-oidc"], verbs: Self.reading),
                    ]
                ),
                Role(
                    ObjectName(namespace: "monitoring", name: "reconcile-services"),
                    rules: [
                        RoleRule(.configMaps, names: ["grafana-oidc"], verbs: Self.publishing),
                        RoleRule(.secrets, names: ["alerts-secret", "grafana-secret"], verbs: Self.reading),
                        RoleRule(.daemonSets, names: ["shared"], verbs: ["patch"]),
                        RoleRule(.deployments, names: ["grafana"], verbs: ["patch"]),
                        RoleRule(.statefulSets, names: ["alerts"], verbs: ["patch"]),
                    ]
                ),
            ]
        )
    }

    @Test func `a job watches nothing, and needs all else`() throws {
        func rights(_ roles: Roles) -> Set<String> {
            Set(
                roles.all.flatMap { role in
                    role.rules.flatMap { rule in
                        rule.names.flatMap { name in
                            rule.verbs.map { "\($0) \(rule.resource) \(role.object.namespace)/\(name)" }
                        }
                    }
                }
            )
        }
        let ofDaemon = rights(try roles(Self.services))
        let ofJob = rights(try roles(Self.services, isJob: true))
        #expect(ofDaemon.subtracting(ofJob).count == 6)
        #expect(ofJob == ofDaemon.filter { !$0.hasPrefix("list ") && !$0.hasPrefix("watch ") })
    }

    @Test func `an object that two services share is named once`() throws {
        let rules = try roles(
            """
              - slug: a
                redirectURIs: [https://a.example.net/]
                secretRef: {kubernetes: {namespace: apps, name: shared, key: a}}
                restart: {deployment: web}
              - slug: b
                redirectURIs: [https://b.example.net/]
                secretRef: {kubernetes: {namespace: apps, name: shared, key: b}}
                restart: {deployment: web}
            """
        ).all.flatMap(\.rules)
        #expect(rules.map(\.names) == [["shared"], ["web"]])
    }

    @Test func `an object that is read and published has a rule of its own, with each verb once`() throws {
        let rules = try roles(
            """
              - slug: a
                redirectURIs: [https://a.example.net/]
                secretRef: {kubernetes: {namespace: apps, name: shared, key: a}}
              - slug: b
                redirectURIs: [https://b.example.net/]
                secretRef: {kubernetes: {namespace: apps, name: other, key: b}}
                publish: {namespace: apps, name: shared, keySet: generic, kind: Secret}
            """
        ).all.flatMap(\.rules)
        #expect(
            rules == [
                RoleRule(.secrets, names: ["other"], verbs: Self.reading),
                RoleRule(.secrets, names: ["shared"], verbs: ["get", "list", "watch", "create", "patch"]),
            ]
        )
    }

    @Test(arguments: [
        "  - {slug: docs, launchURL: https://docs.example.net}",
        "  - {slug: a, redirectURIs: [https://a.example.net/], secretRef: {env: SECRET}}",
        "  - {slug: a, redirectURIs: [https://a.example.net/], secretRef: {file: /run/secret}}",
        """
          - slug: gone
            state: absent
            redirectURIs: [https://a.example.net/]
            secretRef: {kubernetes: {namespace: apps, name: secret, key: a}}
        """,
        """
          - slug: public
            clientType: public
            redirectURIs: [https://a.example.net/]
            secretRef: {kubernetes: {namespace: apps, name: secret, key: a}}
        """,
    ])
    func `what is not asked of Kubernetes needs no right there`(services: String) throws {
        let roles = try roles(services)
        #expect(roles.all == [])
        // What 'kubectl apply -f -' takes: without an object it fails.
        let lines = roles.yaml(madeBy: "reconcile rbac").split(separator: "\n").filter { !$0.hasPrefix("# ") }
        #expect(lines == ["apiVersion: v1", "kind: List", "items: []"])
    }

    @Test func `the daemon's own come last, where its Lease and its pod are`() throws {
        var roles = try roles(Self.services)
        let services = roles.all
        roles.addDaemon(lease: ObjectName(namespace: "leases", name: "homelab"))
        #expect(Array(roles.all.prefix(2)) == services)
        #expect(
            Array(roles.all.dropFirst(2)) == [
                Role(
                    ObjectName(namespace: "leases", name: "reconcile-leases"),
                    rules: [
                        RoleRule(.leases, verbs: ["create"]),
                        RoleRule(.leases, names: ["homelab"], verbs: ["get", "update"]),
                    ]
                ),
                Role(
                    ObjectName(namespace: "authentik", name: "reconcile-events"),
                    rules: [RoleRule(.events, verbs: ["create", "patch"])]
                ),
            ]
        )
    }

    /// A report that names a missing right says the rule that is printed here.
    @Test func `each rule is the one that a refusal asks for`() throws {
        var roles = try roles(Self.services)
        roles.addDaemon(lease: Self.account)
        for role in roles.all {
            for rule in role.rules {
                let verb = try #require(rule.verbs.last)
                let object = ObjectName(namespace: role.object.namespace, name: rule.names.first ?? "")
                let missing = MissingPermission(verb: verb, resource: rule.resource, object: object)
                #expect(missing.description.hasSuffix("verbs: [\(rule.verbs.joined(separator: ", "))]}"))
            }
        }
    }

    @Test func `written as documents`() throws {
        let roles = try roles(
            """
              - slug: a
                redirectURIs: [https://a.example.net/]
                secretRef: {kubernetes: {namespace: "12", name: "no", key: a}}
                restart: {deployment: web}
            """
        )
        #expect(
            roles.yaml(madeBy: "reconcile rbac --config 'a\nb'") == """
                # Made by: reconcile rbac --config 'a\\u{A}b'
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata:
                  name: reconcile-services
                  namespace: '12'
                  labels: { app.kubernetes.io/name: reconcile }
                rules:
                  - apiGroups: [""]
                    resources: [secrets]
                    resourceNames: ['no']
                    verbs: [get, list, watch]
                  - apiGroups: [apps]
                    resources: [deployments]
                    resourceNames: [web]
                    verbs: [patch]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata:
                  name: reconcile-services
                  namespace: '12'
                  labels: { app.kubernetes.io/name: reconcile }
                roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reconcile-services }
                subjects:
                  - { kind: ServiceAccount, name: reconcile, namespace: authentik }

                """
        )
    }

    @Test func `many names stand below each other`() throws {
        let services = (10..<40).map { number in
            """
              - slug: s\(number)
                redirectURIs: [https://s\(number).example.net/]
                secretRef: {kubernetes: {namespace: apps, name: secret-\(number), key: a}}
            """
        }
        let lines = try roles(services.joined(separator: "\n")).yaml(madeBy: "reconcile rbac").split(separator: "\n")
        let first = try #require(lines.firstIndex(of: "    resourceNames:"))
        #expect(lines[first + 1] == "      - secret-10")
        #expect(lines[first + 30] == "      - secret-39")
        #expect(lines[first + 31] == "    verbs: [get, list, watch]")
        #expect(lines.allSatisfy { $0.utf8.count <= 120 })
    }
}
