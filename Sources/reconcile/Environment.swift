import FoundationEssentials

/// The environment of this process, where options are looked for that the command line does not give.
enum Environment {
    static let variables = ProcessInfo.processInfo.environment

    /// What a variable holds; nil if it is not set, or empty.
    static subscript(_ name: String) -> String? {
        guard let value = variables[name], !value.isEmpty else { return nil }
        return value
    }
}
