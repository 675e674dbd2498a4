/// How long a test waits for what a process is to do: a guard against one that never does it, and no measure of how fast a
/// machine is.
enum Patience {
    static let limit: Duration = .seconds(600)
}
