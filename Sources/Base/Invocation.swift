/// What this program was called with, so that it can print commands that work when they are pasted into the same shell.
///
/// ```swift
/// let invocation = Invocation(files: ["services.yaml"], connection: ["--url", "https://sso.example.net"])
/// invocation.command("--once", "--only", "grafana")
/// // reconcile --once --config services.yaml --url https://sso.example.net --only grafana
/// ```
///
/// It holds what was given as options. What came from the environment is still there for the next command, and the token
/// never is an option.
package struct Invocation: Sendable, Equatable {
    /// The paths given with `--config`, as they were given.
    package var files: [String]
    /// The options that say which Authentik is meant and how it is reached, each name and value a word.
    package var connection: [String]
    /// The path given with `--token-file`; nil if none was.
    package var tokenFile: String?

    package init(files: [String] = [], connection: [String] = [], tokenFile: String? = nil) {
        self.files = files
        self.connection = connection
        self.tokenFile = tokenFile
    }

    /// A command with the files and the connection that were given.
    ///
    /// - Parameters:
    ///   - name: the subcommand, or `--once`.
    ///   - options: what goes after the files and the connection.
    package func command(_ name: String, _ options: String...) -> String { command(name, options) }

    /// A command with the files and the connection that were given.
    package func command(_ name: String, _ options: [String]) -> String {
        let token = tokenFile.map { ["--token-file", $0] } ?? []
        let words = ["reconcile", name] + files.flatMap { ["--config", $0] } + connection + token + options
        return words.map(Self.quoted).joined(separator: " ")
    }

    /// For a command that needs no file.
    package var withoutFiles: Invocation { Invocation(connection: connection, tokenFile: tokenFile) }

    /// For a command that reads nothing but the files.
    package var filesOnly: Invocation { Invocation(files: files) }

    /// For a command that is run with an administrator's token, which is not in the file of this account's.
    package var forAdministrator: Invocation { Invocation(files: files, connection: connection) }

    /// A word as a shell reads it.
    ///
    /// Control characters are written as bash, zsh and ksh read them (`$'\x1b'`), so that the terminal does not act on
    /// them.
    package static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_./:@+,=%".utf8.contains($0) }
        if isPlain, !word.isEmpty { return word }
        // By scalars: to a shell, a quotation mark with an accent is a quotation mark.
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
