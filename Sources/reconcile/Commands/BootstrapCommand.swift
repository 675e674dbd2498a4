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

/// `reconcile bootstrap`: creates the account that the other commands run as.
struct BootstrapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bootstrap",
        abstract: "Create a service account with only the permissions needed, and its token.",
        usage: """
            reconcile bootstrap services.yaml                 # prints the token
            reconcile bootstrap services.yaml --write-file /etc/reconcile/token
            reconcile bootstrap services.yaml --write-secret authentik/reconcile-token
            reconcile bootstrap services.yaml --trim          # removes permissions
            reconcile bootstrap services.yaml --view-only     # for pull requests
            """,
        discussion: """
            Run it once, with an administrator's token:

              export AUTHENTIK_URL=https://sso.example.net AUTHENTIK_TOKEN=...
              reconcile bootstrap services.yaml --write-file token
              unset AUTHENTIK_TOKEN
              reconcile --config services.yaml --token-file token

            It creates a role with the permissions that are needed, a service account, a group that connects them, and \
            an API token that does not expire (NAME-api, with --view-only NAME-view). What exists is kept: run again, it \
            adds what is missing, and prints the same token. If something else has the name, it stops. Permissions of \
            the role that are not needed, e.g. from an earlier release, are reported, and removed with --trim.

            Files with groups, access, scope mappings, forwardAuth or sources in jwtFederation need more permissions \
            than others; give the file each time. Permissions for what has left the file stay until it is deleted.

            stdout has the token only, unless it is written to a file or a Secret.

            Exit codes: 0 the account is complete; 1 something else has the name, or the token cannot be written; 64 \
            usage; 65 the file is wrong; 69 Authentik cannot be reached; 77 the administrator's token is rejected or \
            lacks a permission.
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
                2026.8.2 shows client secrets to every account that can view providers: there the token is as secret as they are.
                """
        )
    )
    var viewOnly = false

    @Flag(
        help: ArgumentHelp(
            "Remove every permission from the role that is not needed, no matter who granted it.",
            discussion: "Without it they are only reported."
        )
    )
    var trim = false

    @Option(
        help: ArgumentHelp(
            "Write the token to this file, readable by its owner only, instead of stdout.",
            valueName: "file"
        ),
        completion: .file()
    )
    var writeFile: String?

    @Option(
        help: ArgumentHelp(
            "Write the token to this Kubernetes Secret instead of stdout.",
            discussion: "The Secret is created if needed; keys of other field managers are not overwritten.",
            valueName: "namespace/name"
        )
    )
    var writeSecret: String?

    @Option(help: ArgumentHelp("The key in the Secret.", valueName: "key"))
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
            throw ValidationError("invalid --account; expected up to 100 letters, digits, '-' and '_'")
        }
        _ = try secretName
        guard writeFile == nil || writeSecret == nil else {
            throw ValidationError("--write-file cannot be combined with --write-secret: keep a token in one place")
        }
    }

    private var files: FileOptions { options.with(arguments) }

    func run() async throws {
        let target = try connection.target()
        let desired = try files.loadIfGiven(style: style.standardError)
        // Check before anything is created whether the token can be stored.
        if let writeFile {
            do {
                try PrivateFile.checkWritable(writeFile)
            } catch {
                throw style.refusal("the token cannot be written to '\(writeFile)': \(error)", .incomplete)
            }
        }
        let kubernetes = try kubernetes()
        let logger = log.logger()
        connection.warn(logger)
        let client = try connection.client(of: target.address, target.token, logger: logger)
        var bootstrap = Bootstrap(client: client, name: name)
        bootstrap.trims = trim
        bootstrap.isViewOnly = viewOnly
        bootstrap.onChange = { StandardError.print($0.printable) }
        do {
            // Permissions for objects removed from the file are needed until they are deleted.
            let marked = try await MarkedFeatures.all(of: client, owner: desired?.owner)
            let needed = marked.union(desired?.features ?? [])
            bootstrap.permissions = RequiredPermission.needed(by: needed, forPlan: viewOnly).map(\.name)
            let made = try await bootstrap.run()
            report(made, desired?.features)
            try await hand(over: made.token, kubernetes)
        } catch let error as AuthentikError {
            let remedy = "give it the token of an administrator"
            throw await style.refusal(PassFailure(error, remedy: remedy), of: client)
        } catch let taken as NameTaken {
            throw style.refusal("\(taken); choose another name with --account, or delete it in Authentik", .incomplete)
        } catch let failure as FileFailure {
            throw style.refusal("the token cannot be written to '\(writeFile ?? "")': \(failure)", .incomplete)
        } catch let error as KubernetesError {
            throw style.refusal("the Secret cannot be written: \(error)", .incomplete)
        }
    }

    /// - Parameter features: the features of the file; nil if no file is given.
    private func report(_ made: Bootstrap.Account, _ features: Set<FileFeature>?) {
        if made.changes == 0 { StandardError.print("nothing to do: the account is complete") }
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
                + "the role has \(count(made.surplus.count, "permission")) that are not needed: \(names); "
                + "remove them\(advice): \(Bootstrap.trimming(name, invocation(features), isViewOnly: viewOnly).printable)"
        )
    }

    /// With the files, if they need more permissions than plain services.
    private func invocation(_ features: Set<FileFeature>?) -> Invocation {
        connection.invocation(files: features?.isEmpty == false ? files.config : [])
    }

    private func hand(over token: Secret, _ kubernetes: KubernetesClient?) async throws {
        if let writeFile {
            let isNew = try PrivateFile.hold([UInt8]("\(token.exposed)\n".utf8), at: writeFile)
            StandardError.print(isNew ? "wrote the token to '\(writeFile)'" : "'\(writeFile)' already holds the token")
        } else if let kubernetes, let name = try secretName {
            try await kubernetes.apply(
                .secrets,
                name,
                data: [secretKey: token],
                secretKeys: [secretKey],
                labels: [:]
            )
            StandardError.print("the Secret \(name) holds the token, key '\(secretKey)'")
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
                throw ValidationError("invalid --write-secret; expected NAMESPACE/NAME, e.g. authentik/reconcile-token")
            }
            return name
        }
    }
}
