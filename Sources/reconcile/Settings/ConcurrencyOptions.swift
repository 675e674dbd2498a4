import ArgumentParser
import FoundationEssentials

/// How much is written at the same time.
struct ConcurrencyOptions: ParsableArguments {
    static let standard = 4

    @Option(
        help: ArgumentHelp(
            "Writes sent to Authentik at the same time, from 1 to 64; default: 4. (environment: RECONCILE_CONCURRENCY)",
            valueName: "n"
        )
    )
    var concurrency: Int?

    func validate() throws { _ = try limit }

    var limit: Int {
        get throws {
            if let concurrency { return try Self.checked(concurrency, "--concurrency") }
            let variable = "RECONCILE_CONCURRENCY"
            guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else { return Self.standard }
            return try Self.checked(Int(text), variable)
        }
    }

    private static func checked(_ number: Int?, _ name: String) throws -> Int {
        guard let number, (1...64).contains(number) else { throw ValidationError("\(name) must be from 1 to 64") }
        return number
    }
}
