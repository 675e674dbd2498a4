/// The exchanges in which the sandbox is knowingly not equal to the recorded server.
enum LeftOut {
    private static let exchanges: [(server: Recording.Server, scenario: String, index: Int, reason: String)] = [
        (
            .december2025, "preflight", 0,
            "the recorded server had looked for a newer release on the internet; the sandbox never does"
        ),
        (
            .december2024, "events", 11,
            "counts the events of one account, and an event of the recorded server's history is of another"
        ),
    ]

    /// Why an exchange is left out; nil if it is not.
    static func reason(_ server: Recording.Server, _ scenario: String, _ index: Int) -> String? {
        exchanges.first { $0.server == server && $0.scenario == scenario && $0.index == index }?.reason
    }
}
