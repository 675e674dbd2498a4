import ArgumentParser
import Base
import KubernetesAPI
import Reporting
import Setup

/// `reconcile rbac`: the file alone, without Kubernetes.
struct RBACCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rbac",
        abstract: "Print the Kubernetes Roles that the file needs; needs no network and no secrets.",
        discussion: """
            They give a service account the rights on just what the file names, with a Role and a RoleBinding in each \
            namespace: on Secrets that a secretRef names, on what 'publish' writes, and on what 'restart' restarts.

              reconcile rbac --config services.yaml | kubectl apply -f -

            Exit codes: 0 the Roles, or that none are needed, are on stdout; 64 usage; 65 the file is wrong.
            """
    )

    private static let standardNamespace = "authentik"
    private static let standardName = "reconcile"

    @OptionGroup var arguments: FileArguments
    @OptionGroup var options: FileOptions

    @Option(help: ArgumentHelp("The namespace of the service account.", valueName: "name"))
    var namespace = standardNamespace

    @Option(
        help: ArgumentHelp(
            "The service account that the program runs as; its Roles are called after it.",
            valueName: "name"
        )
    )
    var serviceAccount = standardName

    @Flag(help: "For 'reconcile --once', which reads Secrets and does not watch them.")
    var job = false

    @Flag(help: "Print also what the daemon itself needs: Roles for its Lease and its Events.")
    var withDaemon = false

    @Option(
        help: ArgumentHelp(
            "With --with-daemon, its Lease: NAME, or NAMESPACE/NAME.",
            discussion: "Default: reconcile, in the namespace of the service account.",
            valueName: "name"
        )
    )
    var lease: String?

    @OptionGroup var output: StyleOptions

    func validate() throws {
        for (option, name) in [("--namespace", namespace), ("--service-account", serviceAccount)]
        where !ObjectName.mayBeName(name) {
            throw ValidationError("\(option) '\(name.printable)' is no name in Kubernetes")
        }
        guard !job || !withDaemon else { throw ValidationError("--job and --with-daemon exclude each other") }
        guard withDaemon || lease == nil else { throw ValidationError("--lease is for --with-daemon") }
        _ = try leaseName()
    }

    private var files: FileOptions { options.with(arguments) }

    func run() throws {
        let desired = try files.load(style: output.standardError)
        let account = ObjectName(namespace: namespace, name: serviceAccount)
        var roles = Roles(for: desired, account: account, isJob: job)
        if withDaemon { roles.addDaemon(lease: try leaseName()) }
        StandardOutput.write(roles.yaml(madeBy: try line()))
    }

    private func leaseName() throws -> ObjectName {
        let text = lease ?? Self.standardName
        guard let name = ObjectName(text: text, in: namespace) else {
            throw ValidationError(
                "invalid Lease '\(text.printable)'; expected NAME or NAMESPACE/NAME"
            )
        }
        return name
    }

    /// What to type to get the same again.
    private func line() throws -> String {
        var options: [String] = []
        if namespace != Self.standardNamespace { options += ["--namespace", namespace] }
        if serviceAccount != Self.standardName { options += ["--service-account", serviceAccount] }
        if job { options.append("--job") }
        if withDaemon { options.append("--with-daemon") }
        if let lease { options += ["--lease", lease] }
        return Invocation(files: try files.paths()).command("rbac", options)
    }
}
