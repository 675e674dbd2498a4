import ArgumentParser
import Glibc
import KubernetesAPI

/// How several replicas agree which one of them writes.
struct LeadershipOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Of several replicas let only one write, the one that holds a Kubernetes Lease.",
            discussion: BuiltInAuthentik.isThere
                ? "Default: on within a cluster, unless with --sandbox; off elsewhere."
                : "Default: on within a cluster; off elsewhere."
        )
    )
    var leaderElect: Bool?

    @Option(
        help: ArgumentHelp(
            "The Lease, which all replicas share: NAME, or NAMESPACE/NAME. (environment: RECONCILE_LEASE)",
            discussion: "Default: reconcile, in the namespace that this program runs in.",
            valueName: "name"
        )
    )
    var lease: String?

    @Option(
        help: ArgumentHelp(
            "How long another replica waits for a leader that is gone; the same for all replicas.",
            discussion: """
                A leader that cannot renew its Lease for 2/3 of that stops writing. Less than 5 is for trying things out.
                """,
            valueName: "n"
        )
    )
    var leaseSeconds = 15

    func validate() throws {
        guard (1...600).contains(leaseSeconds) else { throw ValidationError("--lease-seconds must be from 1 to 600") }
        _ = try leaseName(namespace: "default")
    }

    /// Whether a leader is to be elected.
    func isWanted(isSandbox: Bool) -> Bool {
        leaderElect ?? (Environment["KUBERNETES_SERVICE_HOST"] != nil && !isSandbox)
    }

    /// The election that this process takes part in; nil for none.
    ///
    /// - Throws: ``SettingError`` if one is wanted and there is no Kubernetes to hold it.
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
                // Of its own: a renewal waits behind nothing.
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

    /// The pod's name, and something that tells this process from the one that ran in it before.
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
