import ArgumentParser
import Base
import KubernetesAPI
import Reporting
import Setup

/// `reconcile rbac`: prints Kubernetes Roles, from the file alone.
struct RBACCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rbac",
        abstract: "Print the Kubernetes Roles that the file needs. Works offline.",
        discussion: """
            They grant a service account access to exactly the objects that the file names, with a Role and a \
            RoleBinding per namespace: Secrets that a secretRef names, what 'publish' writes, and what 'restart' \
            restarts. If the file needs nothing, an empty List is printed.

              reconcile rbac services.yaml | kubectl apply -f -

            Exit codes: 0 the Roles are on stdout; 64 usage; 65 the file is wrong.
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
            "The service account that the program runs as; the Roles are named after it.",
            valueName: "name"
        )
    )
    var serviceAccount = standardName

    @Flag(help: "Grant what 'reconcile apply' needs in a Job, which does not watch Secrets.")
    var job = false

    @Flag(help: "Also grant what the daemon itself needs: its Lease and its Events.")
    var withDaemon = false

    @Option(
        help: ArgumentHelp(
            "With --with-daemon: the Lease, as NAME or NAMESPACE/NAME.",
            discussion: "Default: reconcile, in the namespace of the service account.",
            valueName: "name"
        )
    )
    var lease: String?

    @OptionGroup var output: StyleOptions

    func validate() throws {
        for (option, name) in [("--namespace", namespace), ("--service-account", serviceAccount)]
        where !ObjectName.mayBeName(name) {
            throw ValidationError(
                "invalid \(option) '\(name.printable)'; expected a Kubernetes name (lower-case letters, digits, '-' and '.')"
            )
        }
        guard !job || !withDaemon else { throw ValidationError("--job cannot be combined with --with-daemon") }
        guard withDaemon || lease == nil else { throw ValidationError("--lease requires --with-daemon") }
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

    /// The command that prints the same Roles again.
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
