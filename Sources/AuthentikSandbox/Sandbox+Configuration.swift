extension Sandbox {
    /// What a sandbox is, where it listens and whom it lets in.
    package struct Configuration: Sendable {
        /// The release that a fresh installation is.
        package var release: Release
        /// What to begin with instead of a fresh installation; it has a release of its own.
        package var state: SandboxState?
        /// A file to keep the state in; nil keeps it in memory only.
        package var stateFile: String?
        /// The address to listen on.
        package var host: String
        /// The port to listen on; 0, the default, is any free one.
        package var port: Int
        /// The API token of the superuser `akadmin`.
        package var token: String
        /// Called once per request, after it was answered.
        package var log: (@Sendable (RequestLogEntry) -> Void)?
        /// What goes wrong from the start; nothing by default.
        package var faults = FaultPlan()
        /// Whether ``ControlEndpoint`` is served; it is not by default.
        package var isControllable = false
        /// The clock by which a fault can end.
        package var now: @Sendable () -> ContinuousClock.Instant = { .now }

        package init(
            release: Release = .december2025,
            host: String = "127.0.0.1",
            port: Int = 0,
            token: String,
            log: (@Sendable (RequestLogEntry) -> Void)? = nil
        ) {
            self.release = release
            self.host = host
            self.port = port
            self.token = token
            self.log = log
        }
    }
}
