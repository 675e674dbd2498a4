import ArgumentParser

/// How far a pass may delete.
struct DeletionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Let up to so many services be deleted from this once, where the brake would hold them back.",
            valueName: "n"
        )
    )
    var allowDeletions: Int?

    func validate() throws {
        if let allowDeletions, allowDeletions < 0 { throw ValidationError("--allow-deletions must not be negative") }
    }
}
