import Applying
import ArgumentParser
import DesiredState
import Planning
import Reporting

/// `reconcile release`: removes the ownership marks of an owner.
struct ReleaseCommand: PassCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Remove the ownership marks of this file's owner; change nothing else.",
        discussion: """
            Applications, providers and scope mappings stay as they are and no longer have an owner: no pass reports or \
            deletes them. A later pass with the same file adopts what it declares again, subject to 'adopt'.

            Exit codes: 0 all marks are removed; 1 some could not be removed; 64 usage; 65 the file is wrong; 69 \
            Authentik cannot be reached or observed; 77 the token is rejected or lacks a permission.
            """
    )

    @OptionGroup var arguments: FileArguments
    @OptionGroup var files: FileOptions
    @OptionGroup var builtIn: BuiltInOptions
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var result: ResultOptions
    @OptionGroup var style: StyleOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var writes: ConcurrencyOptions

    @Flag(help: "Show which marks would be removed; write nothing.")
    var dryRun = false

    func run() async throws {
        if pass.output == .markdown, !dryRun {
            throw ValidationError("--output markdown is for 'reconcile plan', or with --dry-run")
        }
        let dryRun = dryRun
        try await pass.with(arguments).run(concurrency: try writes.limit) { session in
            var release = ReleasePass(client: session.pass.client, owner: session.pass.desired.owner)
            release.concurrency = session.pass.concurrency
            if dryRun {
                let (plan, version) = try await release.plan()
                return (session.render(plan, version), plan.stuck.isEmpty ? .success : .incomplete)
            }
            let report = try await release.run()
            return (session.render(report), ExitStatus(report))
        }
    }
}
