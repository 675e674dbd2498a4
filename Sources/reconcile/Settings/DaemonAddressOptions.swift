import ArgumentParser
import FoundationEssentials

/// Where a running daemon answers.
struct DaemonAddressOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The address of the daemon. (environment: RECONCILE_STATUS_URL)",
            discussion: "Default: http://127.0.0.1:8080.",
            valueName: "url"
        )
    )
    var url: String?

    func validate() throws {
        guard address.hasPrefix("http://") || address.hasPrefix("https://") else {
            throw ValidationError("the address of the daemon must be of the form http://127.0.0.1:8080")
        }
    }

    /// Without a slash at the end.
    var address: String {
        var address = url ?? ProcessInfo.processInfo.environment["RECONCILE_STATUS_URL"] ?? ""
        if address.isEmpty { address = "http://127.0.0.1:8080" }
        while address.hasSuffix("/") { address.removeLast() }
        return address
    }
}
