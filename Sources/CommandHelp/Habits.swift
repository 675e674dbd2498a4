import Base

/// Commands and options of other tools, with their equivalents here.
///
/// | input | answer |
/// |---|---|
/// | a command with a typing error | the closest command |
/// | a command of kubectl, terraform or Argo CD | the equivalent command, or what to write in the file for it |
/// | a path without a command | how to specify a file |
/// | an option of those tools | the equivalent option or command, or that none is needed |
package struct Habits: Sendable {
    /// The names of all commands, including aliases.
    private let commands: [String]

    package init(commands: [String]) {
        self.commands = commands
    }

    /// What is wrong with the first argument, which is not an option, as a clause; nil if it is a command.
    package func complaint(aboutCommand word: String) -> String? {
        guard !commands.contains(word) else { return nil }
        let shown = word
        if let advice = Self.commandAdvice[word] { return "unknown command '\(shown)'; \(advice)" }
        if word.contains("/") || word.contains(".") {
            let file = Invocation.quoted(word)
            return
                "'\(shown)' is not a command; to preview a file use 'reconcile plan \(file)', to apply it 'reconcile apply "
                + "\(file)', to keep it applied as a daemon 'reconcile --config \(file)'"
        }
        if let nearest = Suggestion.nearest(to: word, among: commands) {
            return "unknown command '\(shown)'; did you mean '\(nearest)'?"
        }
        return "unknown command '\(shown)'; 'reconcile --help' lists all commands"
    }

    /// What to use instead of an option that does not exist, as a clause; nil if unknown.
    ///
    /// - Parameters:
    ///   - name: with its dashes, without a value.
    ///   - command: the command that it was given to; nil for the daemon.
    package func advice(onOption name: String, of command: String?) -> String? {
        if name == "--once", command == "apply" { return "'apply' is one pass in any case; leave it out" }
        guard let advice = Self.optionAdvice[name] else { return nil }
        if advice == Self.preview, let command, ["plan", "diff"].contains(command) {
            return "'\(command)' writes nothing in any case; leave it out"
        }
        return advice
    }

    /// What to do about an argument that a command does not accept, as a clause; nil if unknown.
    package func advice(onArgument word: String) -> String? {
        guard word.hasSuffix(".yaml") || word.hasSuffix(".yml") else { return nil }
        return "give a file as '--config \(Invocation.quoted(word))'"
    }

    private static let deleting =
        "remove the service from the file (with 'prune: true' in it), or set 'state: absent'; 'reconcile release' gives "
        + "everything up without deleting it"
    private static let looking =
        "'reconcile plan' compares a file with Authentik, 'reconcile status' asks the daemon, 'reconcile export --all' "
        + "prints what Authentik has as a file"

    private static let commandAdvice: [String: String] = [
        "init": "there is nothing to initialise; write a file, or start with 'reconcile export --all > services.yaml'",
        "destroy": deleting, "delete": deleting, "rm": deleting, "remove": deleting, "uninstall": deleting,
        "get": looking, "describe": looking, "list": looking, "ls": looking, "show": looking,
        "state": looking,
        "import": "'reconcile export --all' prints what Authentik has as a file, and 'reconcile apply' adopts it",
        "pull": "'reconcile export --all' prints what Authentik has as a file",
        "dump": "'reconcile export --all' prints what Authentik has as a file",
        "backup": "'reconcile export --all' prints what Authentik has as a file",
        "sync": "use 'reconcile apply'", "up": "use 'reconcile apply'", "deploy": "use 'reconcile apply'",
        "install": "use 'reconcile apply'", "create": "use 'reconcile apply'", "update": "use 'reconcile apply'",
        "once": "use 'reconcile apply', or 'reconcile --once'",
        "preview": "use 'reconcile plan'", "dry-run": "use 'reconcile plan'",
        "check": "use 'reconcile validate' for a file, 'reconcile doctor' for the whole setup",
        "lint": "use 'reconcile validate'", "fmt": "nothing formats files; 'reconcile validate' checks them",
        "test": "use 'reconcile verify', which tests the logins",
        "refresh": "every command looks at Authentik anew; use 'reconcile plan'",
        "login": "set AUTHENTIK_URL and AUTHENTIK_TOKEN; 'reconcile bootstrap' makes an account and its token",
        "auth": "set AUTHENTIK_URL and AUTHENTIK_TOKEN; 'reconcile bootstrap' makes an account and its token",
        "daemon": "use 'reconcile run'", "serve": "use 'reconcile run'", "start": "use 'reconcile run'",
        "watch": "use 'reconcile run'", "controller": "use 'reconcile run'",
        "logs": "the daemon logs to its stderr", "log": "the daemon logs to its stderr",
        "version": "use 'reconcile --version'",
        "explain": "use 'reconcile schema --output markdown'",
        "completion": "use 'reconcile completions'",
        "demo": "use 'reconcile sandbox'",
    ]

    private static let unasked = "nothing asks for confirmation here; leave it out"
    private static let preview = "use 'reconcile plan', which writes nothing"

    private static let optionAdvice: [String: String] = [
        "--dry-run": preview, "--check": preview, "--noop": preview, "--diff": preview,
        "--auto-approve": unasked, "-auto-approve": unasked, "--yes": unasked, "-y": unasked, "--force": unasked,
        "-n": "Authentik has no namespaces; 'owner' in the file separates teams",
        "--namespace": "Authentik has no namespaces; 'owner' in the file separates teams",
        "--all-namespaces": "Authentik has no namespaces", "-A": "Authentik has no namespaces",
        "--context": "set KUBECONFIG to the cluster that Secrets are read from",
        "--kubeconfig": "set the environment variable KUBECONFIG",
        "--file": "use --config, or -f", "--filename": "use --config, or -f", "--values": "use --config, or -f",
        "--target": "use --only SLUG", "-target": "use --only SLUG", "--selector": "use --only SLUG",
        "-l": "use --only SLUG", "--service": "use --only SLUG",
        "--out": "use --save FILE", "-out": "use --save FILE",
        "--prune": "set 'prune: true' in the file",
        "--recursive": "a directory is read without it", "-R": "a directory is read without it",
        "--watch": "'reconcile run' watches the file and Authentik",
        "-w": "'reconcile run' watches the file and Authentik",
        "--token": "other users of this machine could see it; set AUTHENTIK_TOKEN, or use --token-file FILE",
        "--password": "set AUTHENTIK_TOKEN, or use --token-file FILE",
        "--host": "use --url", "--server": "use --url", "--address": "use --url",
        "--insecure": "give the server's certificate with --ca-file",
        "-k": "give the server's certificate with --ca-file",
        "--insecure-skip-tls-verify": "give the server's certificate with --ca-file",
        "--json": "use --output json", "-json": "use --output json", "--format": "use --output",
        "--no-color": "use --color never", "-no-color": "use --color never",
        "--debug": "use --log-level debug", "--quiet": "use --log-level error", "-q": "use --log-level error",
        "--timeout": "use --timeout-seconds N", "--interval": "use --interval-seconds N",
        "--parallelism": "use --concurrency N", "--replicas": "use --leader-elect",
        "--wait": "a pass waits for its writes; 'reconcile verify' tests the logins afterwards",
    ]
}
