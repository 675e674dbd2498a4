import ArgumentParser
import Base
import CommandHelp
import Reporting

/// An invalid setting: something is missing, or a variable or file has an invalid value.
///
/// It ends the program with 64, like a usage error, but without the usage, which would not help.
struct SettingError: Error, CustomStringConvertible {
    /// A sentence without a full stop.
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// How the program ends with an error of the command line.
///
/// | error | stderr | exit code |
/// |---|---|--:|
/// | of parsing | the message, with advice if there is any, and the usage of the command | 64 |
/// | an unknown command | the message with the suggested command | 64 |
/// | a ``SettingError`` of a running command | the message | 64 |
/// | anything else | the message | 1 |
struct CommandLineFailure {
    /// Without the program's name.
    let arguments: [String]

    /// Ends the process because of an error; requested help is one, too.
    ///
    /// - Parameter isParsing: whether no command has run yet.
    func exit(with error: any Error, isParsing: Bool) -> Never {
        let code = ReconcileCommand.exitCode(for: error)
        let message = ReconcileCommand.message(for: error)
        if code.isSuccess, let complaint = complaintAboutHelp {
            StandardError.print(Self.unknownCommand(complaint))
            ReconcileCommand.exit(withError: ExitStatus.usage.thrown)
        }
        // Requested output (--help, --version), or a command that has already printed everything.
        guard !code.isSuccess, !message.isEmpty else { ReconcileCommand.exit(withError: error) }
        if isParsing, code == .validationFailure {
            StandardError.print(usageError(message, full: ReconcileCommand.fullMessage(for: error)))
        } else {
            StandardError.print("error: " + message.printable)
        }
        let isSetting = isParsing || error is SettingError || error is ValidationError
        ReconcileCommand.exit(withError: (isSetting ? ExitStatus.usage : .incomplete).thrown)
    }

    /// What is wrong with a command for which help was requested: ArgumentParser would print that of another one.
    private var complaintAboutHelp: String? {
        let habits = Habits(commands: Self.commands)
        guard let first = arguments.first, !first.hasPrefix("-") else { return nil }
        guard first == "help" else { return habits.complaint(aboutCommand: first) }
        guard arguments.count > 1, !arguments[1].hasPrefix("-") else { return nil }
        return habits.complaint(aboutCommand: arguments[1])
    }

    /// - Parameter full: ArgumentParser's text: a prefix, the message, then the usage.
    private func usageError(_ message: String, full: String) -> String {
        let habits = Habits(commands: Self.commands)
        if let first = arguments.first, !first.hasPrefix("-"),
            let complaint = habits.complaint(aboutCommand: first)
        {
            return Self.unknownCommand(complaint)
        }
        let usage = full.dropFirst(ReconcileCommand._errorPrefix.count + message.count)
        let (fault, guess) = parts(of: message)
        let advice = advice(on: fault, habits) ?? guess.map { "did you mean\($0)" }
        return "error: " + lowercasedFirst(fault).printableLines + (advice.map { "; \($0.printableLines)" } ?? "")
            + usage
    }

    private static func unknownCommand(_ complaint: String) -> String {
        "error: \(complaint)\nSee 'reconcile --help' for all commands.".printableLines
    }

    /// A message of ArgumentParser, and what it guesses was meant.
    private func parts(of message: String) -> (fault: String, guess: String?) {
        guard let range = message.firstRange(of: ". Did you mean") else { return (message, nil) }
        return (String(message[..<range.lowerBound]), String(message[range.upperBound...]))
    }

    /// `use 'reconcile plan', which writes nothing`; nil if there is no advice.
    private func advice(on message: String, _ habits: Habits) -> String? {
        // ArgumentParser's wording.
        if message.hasPrefix("Unknown option '") {
            return habits.advice(
                onOption: String(message.dropFirst("Unknown option '".count).prefix { $0 != "'" }),
                of: arguments.first { !$0.hasPrefix("-") }
            )
        } else if message.hasPrefix("Unexpected argument '") {
            return habits.advice(
                onArgument: String(message.dropFirst("Unexpected argument '".count).prefix { $0 != "'" })
            )
        }
        return nil
    }

    /// For the beginning of ArgumentParser's own messages, except names of variables.
    private func lowercasedFirst(_ text: String) -> String {
        guard text.dropFirst().first?.isLowercase ?? false else { return text }
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    /// All commands and aliases.
    private static var commands: [String] {
        let configuration = ReconcileCommand.configuration
        return configuration.subcommands.flatMap { [$0._commandName] + $0.configuration.aliases } + ["help"]
    }
}

extension String {
    /// Each line without characters that affect a terminal.
    fileprivate var printableLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(separator: "\n")
    }
}
