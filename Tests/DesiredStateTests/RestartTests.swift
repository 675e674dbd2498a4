import DesiredState
import Testing

/// `restart`: which workload of a service is restarted after a rotation of its secret.
struct RestartTests {
    private static let kubernetes = "secretRef: {kubernetes: {namespace: monitoring, name: s, key: k}}\n"
    private static let base = "slug: a\nport: 8441\nredirectPath: /cb\n"

    @Test(arguments: [
        ("{deployment: grafana}", Workload(.deployment, namespace: "monitoring", name: "grafana")),
        ("{statefulSet: db.main}", Workload(.statefulSet, namespace: "monitoring", name: "db.main")),
        ("{daemonSet: agent, namespace: kube-system}", Workload(.daemonSet, namespace: "kube-system", name: "agent")),
    ])
    func `a workload, in the namespace of the Secret unless said otherwise`(field: String, workload: Workload) {
        let result = DesiredStateLoader.load(.service(Self.base + Self.kubernetes + "restart: \(field)"))
        #expect(result.diagnostics == [])
        #expect(result.state?.services.first?.provider?.restart == workload)
    }

    @Test func `the secret's reference may be a default`() {
        let top = "defaults: {secretRef: {kubernetes: {namespace: n, name: s, key: k}}}\n"
        let service = "{slug: a, port: 8441, redirectPath: /cb, restart: {deployment: d}}"
        let result = DesiredStateLoader.load(MarkedText(MarkedText.head + top + "services: [\(service)]"))
        #expect(result.diagnostics == [])
        let restart = result.state?.services.first?.provider?.restart
        #expect(restart?.description == "deployment n/d")
    }

    private static let oneKind = "set exactly one of 'deployment', 'statefulSet', 'daemonSet'"

    @Test(arguments: [
        ("restart: ▲{}", "service 'a': restart has no workload", oneKind),
        ("restart: ▲{namespace: n}", "service 'a': restart has no workload", oneKind),
        (
            "restart: ▲{deployment: x, daemonSet: y}", "service 'a': restart has more than one workload",
            oneKind
        ),
        ("restart: ▲grafana", "service 'a': restart must be a mapping of fields, not text", nil),
        ("restart: ▲[grafana]", "service 'a': restart must be a mapping of fields, not a list", nil),
        ("restart: {deployment: ▲~}", "service 'a': deployment has no value in restart", nil),
        (
            "restart: {deployment: ▲Grafana}", "service 'a': deployment is not the name of a deployment in restart",
            nil
        ),
        ("restart: {daemonSet: ▲a/b}", "service 'a': daemonSet is not the name of a daemonSet in restart", nil),
        (
            "restart: {deployment: x, namespace: ▲A}",
            "service 'a': namespace is not the name of a namespace in restart",
            nil
        ),
        (
            "restart: {▲deploymnet: x}", "service 'a': unknown field 'deploymnet' in restart",
            "did you mean 'deployment'?"
        ),
        (
            "restart: {deployment: x, ▲key: x}", "service 'a': unknown field 'key' in restart",
            "it belongs in kubernetes"
        ),
        (
            "restart: ▲~", "service 'a': restart has no value",
            "give it one, or remove the field; null only removes a default"
        ),
    ])
    func `a wrong one`(field: String, message: String, hint: String?) throws {
        try Mistake.error(.service(Self.base + Self.kubernetes + field), message, hint).check()
    }

    @Test func `it needs a Secret of Kubernetes`() throws {
        for reference in ["{env: S}", "{file: /s}"] {
            let input = MarkedText.service(Self.base + "secretRef: \(reference)\n▲restart: {deployment: x}")
            let hint =
                "use 'secretRef: {kubernetes: {…}}'; only a Kubernetes Secret has a version that shows a rotation"
            try Mistake.error(input, "service 'a': restart needs the client secret to be in a Kubernetes Secret", hint)
                .check()
        }
        let input = MarkedText.service(Self.base + "clientType: public\n▲restart: {deployment: x}")
        try Mistake.error(
            input,
            "service 'a': restart needs a client secret, but this is a public client",
            "remove it; a public client has no secret"
        ).check()
    }

    @Test func `it has no use where the secret's reference is a mistake`() throws {
        try Mistake.error(
            .service(Self.base + "secretRef: {env: ▲a-b}\nrestart: {deployment: x}"),
            "service 'a': env is not the name of an environment variable in secretRef"
        ).check()
    }

    @Test func `a bookmark has nothing to restart`() throws {
        try Mistake.error(
            .bookmark("port: 8441\n▲restart: {deployment: x}"),
            "service 'docs': restart is for OIDC services, but this one is a bookmark",
            "add a redirectPath, or remove it"
        ).check()
    }

    @Test func `it is each service's own`() throws {
        let text = "defaults: {▲restart: {deployment: x}}\nservices: []"
        try Mistake.error(
            MarkedText(MarkedText.head + text),
            "defaults: restart cannot have a default",
            "set it in each service"
        ).check()
    }
}
