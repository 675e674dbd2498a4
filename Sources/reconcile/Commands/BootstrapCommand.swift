import Applying
import ArgumentParser
import AuthentikAPI
import Base
import DesiredState
import Files
import Kinds
import KubernetesAPI
import Reporting
import Secrets
import Setup

/// `reconcile bootstrap`: makes the account that the others run as.
struct BootstrapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bootstrap",
        abstract: "Make a service account with just the rights that this program needs, and its API token.",
        usage: """
            reconcile bootstrap                               # prints the token
            reconcile bootstrap --write-file /etc/reconcile/token
            reconcile bootstrap --write-secret authentik/reconcile-token
            reconcile bootstrap --config services.yaml        # and what this file needs beyond services
            reconcile bootstrap --trim                        # takes away what an earlier release granted too much
            """,
        discussion: """
            Once, with the token of an administrator:

              export AUTHENTIK_URL=https://sso.example.net AUTHENTIK_TOKEN=...
              reconcile bootstrap --write-file token
              unset AUTHENTIK_TOKEN
              reconcile --config services.yaml --token-file token

            It makes, each under the name given by --account: a role with the permissions that this program needs, a \
            service account, a group of both, and an API token NAME-api that does not expire. What is there already is \
            kept; run again, it makes what is missing and nothing else, and gives the same token. Where something else \
            has the name, it says so and stops. Permissions of the role that nothing uses, such as an earlier release \
            granted, are named, and taken away with --trim. A file with groups, access, scope \
            mappings, forwardAuth or sources in jwtFederation takes more; give it with --config, each time, or that counts \
            as a surplus.

            Only the token is on stdout, and only without --write-file and --write-secret.

            Exit codes: 0 all is there; 1 something else has the name, or the token cannot be written; 64 usage; 65 \
            the file given with --config is wrong; 69 Authentik cannot be reached; 77 the administrator's token is \
            refused or lacks a permission.
            """
    )

    @Option(
        help: ArgumentHelp(
            "The name of the account, its role and its group.",
            discussion: "Default: \(Bootstrap.standardName), with --view-only \(Bootstrap.standardViewName).",
            valueName: "name"
        )
    )
    var account: String?

    @Flag(
        help: ArgumentHelp(
            "Create an account that can only view, for 'reconcile plan' on pull requests.",
            discussion: """
                It is an account of its own; that of the daemon is never reused. Authentik before 2026.2.7, 2026.5.7 and \
                2026.8.2 shows client secrets to whoever can view providers: there the token is as secret as they are.
                """
        )
    )
    var viewOnly = false

    @Flag(
        help: ArgumentHelp(
            "Take from the role every permission that this program does not need, whoever gave it.",
            discussion: "Without it they are only named."
        )
    )
    var trim = false

    @Option(
        help: ArgumentHelp(
            "Write the token to this file, readable for its owner only, and not to stdout.",
            valueName: "file"
        ),
        completion: .file()
    )
    var writeFile: String?

    @Option(
        help: ArgumentHelp(
            "Write the token into this Kubernetes Secret, and not to stdout.",
            discussion: "It is made if need be; keys that somebody else owns are not taken.",
            valueName: "namespace/name"
        )
    )
    var writeSecret: String?

    @Option(help: ArgumentHelp("The key of the Secret.", valueName: "key"))
    var secretKey = "token"

    @OptionGroup var arguments: FileArguments
    @OptionGroup var options: FileOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions

    private var name: String { account ?? (viewOnly ? Bootstrap.standardViewName : Bootstrap.standardName) }

    func validate() throws {
        let account = name
        let characters = account.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_".utf8.contains($0) }
        guard !account.isEmpty, account.utf8.count <= 100, characters else {
            throw ValidationError("--account takes up to 100 letters, digits, '-' and '_'")
        }
        _ = try secretName
        guard writeFile == nil || writeSecret == nil else {
            throw ValidationError("--write-file and --write-secret exclude each other: one place for a token is enough")
        }
    }

    private var files: FileOptions { options.with(arguments) }

    func run() async throws {
        let target = try connection.target()
        let desired = try files.loadIfGiven(style: style.standardError)
        // Before anything is made: whether there is a place for the token.
        let kubernetes = try kubernetes()
        let logger = log.logger()
        connection.warn(logger)
        let client = try connection.client(of: target.address, target.token, logger: logger)
        var bootstrap = Bootstrap(client: client, name: name)
        bootstrap.trims = trim
        bootstrap.isViewOnly = viewOnly
        bootstrap.onChange = { StandardError.print($0.printable) }
        do {
            // What has left the file is still to be deleted.
            let marked = try await MarkedFeatures.all(of: client, owner: desired?.owner)
            let needed = marked.union(desired?.features ?? [])
            bootstrap.permissions = RequiredPermission.needed(by: needed, forPlan: viewOnly).map(\.name)
            let made = try await bootstrap.run()
            report(made, desired?.features)
            try await hand(over: made.token, kubernetes)
        } catch let error as AuthentikError {
            throw await style.refusal(PassFailure(error), of: client)
        } catch let taken as NameTaken {
            throw style.refusal("\(taken); choose another name with --account, or remove it", .incomplete)
        } catch let failure as FileFailure {
            throw style.refusal("the token cannot be written to '\(writeFile ?? "")': \(failure)", .incomplete)
        } catch let error as KubernetesError {
            throw style.refusal("the Secret cannot be written: \(error)", .incomplete)
        }
    }

    /// - Parameter features: what the file has; nil if none is given.
    private func report(_ made: Bootstrap.Account, _ features: Set<FileFeature>?) {
        if made.changes == 0 { StandardError.print("all is there: nothing was changed in Authentik") }
        guard !made.surplus.isEmpty else { return }
        let ofFiles = RequiredPermission.needed(by: Set(FileFeature.allCases)).map(\.name)
        let isMaybeUsed = features == nil && !Set(made.surplus).isDisjoint(with: ofFiles)
        let advice =
            isMaybeUsed
            ? " (with --config FILE if your file has groups, access, scopeMappings, forwardAuth or sources in "
                + "jwtFederation, which need some of them)" : ""
        let names = made.surplus.joined(separator: ", ").printable
        StandardError.print(
            style.standardError.yellow("warning: ")
                + "the role has \(count(made.surplus.count, "permission")) that nothing uses: \(names); "
                + "remove them\(advice): \(Bootstrap.trimming(name, invocation(features), isViewOnly: viewOnly).printable)"
        )
    }

    /// With the files if they need more than services do.
    private func invocation(_ features: Set<FileFeature>?) -> Invocation {
        connection.invocation(files: features?.isEmpty == false ? files.config : [])
    }

    private func hand(over token: Secret, _ kubernetes: KubernetesClient?) async throws {
        if let writeFile {
            let isNew = try PrivateFile.hold([UInt8]("\(token.exposed)\n".utf8), at: writeFile)
            StandardError.print(isNew ? "wrote the token to '\(writeFile)'" : "'\(writeFile)' holds the token already")
        } else if let kubernetes, let name = try secretName {
            try await kubernetes.apply(
                .secrets,
                name,
                data: [secretKey: token],
                secretKeys: [secretKey],
                labels: [:]
            )
            StandardError.print("the Secret \(name) holds the token under '\(secretKey)'")
        } else {
            StandardOutput.print(token.exposed)
        }
    }

    private func kubernetes() throws -> KubernetesClient? {
        guard writeSecret != nil else { return nil }
        do {
            guard let configuration = try KubernetesConfiguration.find(environment: Environment.variables) else {
                throw KubernetesConfigurationError.notFound
            }
            return try KubernetesClient(configuration: configuration)
        } catch let error as KubernetesConfigurationError {
            throw SettingError("--write-secret needs a Kubernetes API: \(error)")
        }
    }

    private var secretName: ObjectName? {
        get throws {
            guard let writeSecret else { return nil }
            guard let name = ObjectName(text: writeSecret) else {
                throw ValidationError("--write-secret takes NAMESPACE/NAME, as authentik/reconcile-token")
            }
            return name
        }
    }
}
