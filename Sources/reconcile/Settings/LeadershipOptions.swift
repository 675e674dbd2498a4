import ArgumentParser
import Glibc
import KubernetesAPI

/// How the leader among several replicas is elected.
struct LeadershipOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Elect a leader through a Kubernetes Lease, so that only one replica writes.",
            discussion: BuiltInAuthentik.isThere
                ? "Default: on inside a cluster, unless with --sandbox; off elsewhere."
                : "Default: on inside a cluster; off elsewhere."
        )
    )
    var leaderElect: Bool?

    @Option(
        help: ArgumentHelp(
            "The Lease that all replicas share: NAME or NAMESPACE/NAME. (environment: RECONCILE_LEASE)",
            discussion: "Default: reconcile, in the namespace of the pod.",
            valueName: "name"
        )
    )
    var lease: String?

    @Option(
        help: ArgumentHelp(
            "Lease duration: how long standbys wait before one takes over. Must be the same on all replicas.",
            discussion: """
                A leader that cannot renew its Lease for two thirds of this time stops writing. Use less than 5 only for \
                experiments.
                """,
            valueName: "n"
        )
    )
    var leaseSeconds = 15

    func validate() throws {
        guard (1...600).contains(leaseSeconds) else { throw ValidationError("--lease-seconds must be from 1 to 600") }
        _ = try leaseName(namespace: "default")
    }

    /// Whether a leader has to be elected.
    func isWanted(isSandbox: Bool) -> Bool {
        leaderElect ?? (Environment["KUBERNETES_SERVICE_HOST"] != nil && !isSandbox)
    }

    /// The election in which this process takes part; nil for none.
    ///
    /// - Throws: ``SettingError`` if one is wanted but there is no Kubernetes for it.
    func election(isSandbox: Bool) throws -> LeaseElection? {
        guard isWanted(isSandbox: isSandbox) else { return nil }
        do {
            guard let configuration = try KubernetesConfiguration.find(environment: Environment.variables) else {
                throw KubernetesConfigurationError.notFound
            }
            return LeaseElection(
                try leaseName(namespace: configuration.namespace),
                identity: Self.identity(),
                timing: LeaseTiming(seconds: leaseSeconds),
                // A client of its own, so that a renewal never waits for other requests.
                client: try KubernetesClient(configuration: configuration)
            )
        } catch let error as KubernetesConfigurationError {
            throw SettingError("leader election needs a Kubernetes Lease (or --no-leader-elect): \(error)")
        }
    }

    /// NAME, or NAMESPACE/NAME.
    var leaseText: String {
        let text = lease ?? Environment["RECONCILE_LEASE"] ?? ""
        return text.isEmpty ? "reconcile" : text
    }

    func leaseName(namespace: String) throws -> ObjectName {
        guard let name = ObjectName(text: leaseText, in: namespace) else {
            throw ValidationError("invalid Lease '\(leaseText)'; expected NAME or NAMESPACE/NAME")
        }
        return name
    }

    /// The pod's name with a random suffix, which distinguishes this process from one that ran in the pod before.
    private static func identity() -> String {
        let suffix = String((0..<10).map { _ in "0123456789abcdefghijklmnopqrstuvwxyz".randomElement() ?? "0" })
        return "\(Environment["POD_NAME"] ?? hostName)_\(suffix)"
    }

    private static var hostName: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "reconcile" }
        let end = bytes.firstIndex(of: 0) ?? bytes.endIndex
        return String(decoding: bytes[..<end].map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }
}
