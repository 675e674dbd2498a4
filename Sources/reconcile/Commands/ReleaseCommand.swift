import Applying
import ArgumentParser
import DesiredState
import Planning
import Reporting

/// `reconcile release`: gives up what an owner manages.
struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Take the ownership marks off everything this file's owner manages; change nothing else.",
        discussion: """
            The applications, providers and scope mappings stay as they are, and belong to nobody: no pass reports or deletes them \
            any more. A pass over the same file would adopt what it declares again.

            Exit codes: 0 all are off; 1 some could not be taken off.
            """
    )

    @OptionGroup var arguments: FileArguments
    @OptionGroup var pass: PassOptions
    @OptionGroup var writes: ConcurrencyOptions

    @Flag(help: "Only show whose marks would be taken off.")
    var dryRun = false

    func run() async throws {
        if pass.output == .markdown, !dryRun { throw ValidationError("--output markdown is for plans") }
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
