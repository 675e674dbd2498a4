/// How this program was called, so that it can print commands that can be pasted into the same shell.
///
/// ```swift
/// let invocation = Invocation(files: ["services.yaml"], connection: ["--url", "https://sso.example.net"])
/// invocation.command("--once", "--only", "grafana")
/// // reconcile --once --config services.yaml --url https://sso.example.net --only grafana
/// ```
///
/// It contains what was given as options. Environment variables are still set for the next command, and the token is
/// never an option.
package struct Invocation: Sendable, Equatable {
    /// The paths given with `--config`, unchanged; `-` is standard input, which the next command has to be given again.
    package var files: [String]
    /// The options that select an Authentik and how to connect to it, one word for each name and value.
    package var connection: [String]
    /// The path given with `--token-file`; nil without the option.
    package var tokenFile: String?

    package init(files: [String] = [], connection: [String] = [], tokenFile: String? = nil) {
        self.files = files
        self.connection = connection
        self.tokenFile = tokenFile
    }

    /// A command with the given files and connection.
    ///
    /// - Parameters:
    ///   - name: the subcommand, or `--once`.
    ///   - options: what follows the files and the connection.
    package func command(_ name: String, _ options: String...) -> String { command(name, options) }

    /// A command with the given files and connection.
    package func command(_ name: String, _ options: [String]) -> String {
        let token = tokenFile.map { ["--token-file", $0] } ?? []
        let words = ["reconcile", name] + files.flatMap { ["--config", $0] } + connection + token + options
        let line = words.map(Self.quoted).joined(separator: " ")
        return files.contains("-") ? "cat FILE | \(line)" : line
    }

    /// Advice whose commands work when they are pasted: those that it names bare get what was given.
    ///
    /// | the advice names | it gets |
    /// |---|---|
    /// | `'reconcile --once'`, `plan`, `verify`, `doctor`, with or without options | the files and the connection |
    /// | `'reconcile bootstrap'` | the same without the token file: it takes an administrator's token |
    /// | another command | nothing |
    package func completing(_ advice: String) -> String {
        advice.replacing(/'reconcile (--once|plan|verify|doctor|bootstrap)((?: [^']+)?)'/) { match in
            let name = String(match.1)
            let options = match.2.split(separator: " ").map(String.init)
            return "'\((name == "bootstrap" ? forAdministrator : self).command(name, options))'"
        }
    }

    /// For a command that needs no files.
    package var withoutFiles: Invocation { Invocation(connection: connection, tokenFile: tokenFile) }

    /// For a command that only reads the files.
    package var filesOnly: Invocation { Invocation(files: files) }

    /// For a command that needs an administrator's token, which is not in this account's token file.
    package var forAdministrator: Invocation { Invocation(files: files, connection: connection) }

    /// A word quoted for a shell.
    ///
    /// Control characters are written in the syntax of bash, zsh and ksh (`$'\x1b'`), so that they do not affect the
    /// terminal.
    package static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_./:@+,=%".utf8.contains($0) }
        if isPlain, !word.isEmpty { return word }
        // By scalars: for a shell, a quotation mark with an accent is still a quotation mark.
        let scalars = word.unicodeScalars
        guard scalars.contains(where: \.isUnprintable) else {
            return "'" + scalars.map { $0 == "'" ? #"'\''"# : String($0) }.joined() + "'"
        }
        let escaped = scalars.map { scalar in
            if scalar == "'" || scalar == "\\" { return "\\\(scalar)" }
            guard scalar.isUnprintable else { return String(scalar) }
            return UTF8.encode(scalar).map { $0.map(hexadecimal).joined() } ?? ""
        }
        return "$'\(escaped.joined())'"
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.utf8.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
    }
}
