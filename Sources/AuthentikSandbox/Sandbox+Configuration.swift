extension Sandbox {
    /// Where a sandbox listens and whom it lets in.
    package struct Configuration: Sendable {
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
            host: String = "127.0.0.1",
            port: Int = 0,
            token: String,
            log: (@Sendable (RequestLogEntry) -> Void)? = nil
        ) {
            self.host = host
            self.port = port
            self.token = token
            self.log = log
        }
    }
}
