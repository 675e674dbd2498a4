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
