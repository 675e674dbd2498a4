import Applying
import Base
import Reporting
import Status

/// Details about the daemon, Authentik, the file, and the last passes.
struct DaemonFacts {
    let status: StatusDocument

    var html: HTML {
        """
        <section id="daemon" aria-labelledby="daemon-title">
        <h2 id="daemon-title">Details</h2>
        <div class="facts">
        \(group("Authentik", authentik))\(group("File", file))\(group("Passes", passes))\(group("Daemon", daemon))</div>
        </section>

        """
    }

    private var authentik: [HTML?] {
        let authentik = status.authentik
        let reachable: HTML? = authentik.isReachable.map { isReachable in
            let since = authentik.since.map { " \(.time($0, .since, isExact: true))" as HTML }
            return isReachable ? "yes,\(since)" : "no,\(since)"
        }
        let watched: HTML? = authentik.isAuditLogWatched.map { $0 ? "watched" : "not watched" }
        return [
            fact("Address", "<bdi>\(authentik.url)</bdi>"),
            fact("Release", authentik.release.map { "\($0)" } ?? "not known yet"),
            fact("Reachable", reachable ?? "not tried yet"),
            fact("Audit log", watched ?? "not tried yet"),
        ]
    }

    private var file: [HTML?] {
        let file = status.file
        return [
            fact("Paths", file.paths.map { "<code>\($0)</code>" as HTML }.joined(by: "<br>")),
            fact("Hash", "<code title=\"\(file.hash)\">\(file.hash.shortHash)</code>"),
            fact("Read", .time(file.loadedAt, isExact: true)),
            fact("Valid", file.isValid ? "yes" : "no; the last valid version stays in force"),
        ]
    }

    private var passes: [HTML?] {
        let passes = status.passes
        return [
            passes.running.flatMap {
                fact("Running", "pass \($0.number), \(.time($0.startedAt, .since, isExact: true))")
            },
            fact("Last attempt", passes.lastAttempt.map(outcome) ?? "none yet"),
            fact("Last success", success),
            fact("Failures in a row", "\(passes.failuresInARow)"),
            fact("Next", passes.next.map { "\(.time($0.at, .due, isExact: true)): \($0.reason.words)" }),
        ]
    }

    private var success: HTML {
        guard let success = status.passes.lastSuccess else { return "none yet" }
        guard success.number != status.passes.lastAttempt?.number else { return "the last attempt" }
        return outcome(success)
    }

    private var daemon: [HTML?] {
        let program = status.program
        return [
            fact("Version", "\(program.version)"),
            fact("Running", .time(program.startedAt, .since, isExact: true)),
            fact("Owner", "<bdi>\(status.owner)</bdi>"),
        ] + leadership
    }

    /// Only with leader election.
    private var leadership: [HTML?] {
        guard let leadership = status.program.leadership else { return [] }
        let since: HTML = .time(leadership.since, .since, isExact: true)
        return [
            fact("Leads", status.program.isLeader ? "yes, \(since)" : "no, this replica stands by"),
            fact("Leader", leadership.holder.map { "<bdi>\($0)</bdi>, \(since)" } ?? nobody(leadership)),
            fact("This replica", "<bdi>\(leadership.identity)</bdi>"),
            fact("Lease", "<bdi>\(leadership.lease)</bdi>"),
        ]
    }

    private func nobody(_ leadership: LeadershipStatus) -> HTML {
        guard let seconds = leadership.waitSeconds else { return "not known" }
        return "none; this replica takes the Lease once it has not changed for \(count(seconds, "second"))"
    }

    private func outcome(_ pass: FinishedPass) -> HTML {
        let error = pass.error.map { error -> HTML in
            "<br><span class=\"bad\"><span class=\"tone\">\(sentence(status.invocation.completing(error)))</span></span>"
        }
        return """
            \(.time(pass.finishedAt, isExact: true))<br>\
            pass \(pass.number), \(pass.result.look.words), \(count(pass.changed, "change")), \
            \(count(pass.requests.reads, "read")) and \(count(pass.requests.writes, "write")) in \
            \(seconds(pass.durationSeconds))<br>\
            <span class="quiet">\(because(pass.triggers))</span>\(error)
            """
    }

    private func group(_ title: HTML, _ facts: [HTML?]) -> HTML {
        "<div><h3>\(title)</h3>\n<dl>\n\(facts.compactMap(\.self))</dl></div>\n"
    }

    /// - Returns: nil without a value.
    private func fact(_ name: HTML, _ value: HTML?) -> HTML? {
        value.map { "<dt>\(name)</dt><dd>\($0)</dd>\n" }
    }
}

extension String {
    /// The first twelve digits of a hash `sha256:…`.
    fileprivate var shortHash: String {
        let digits = split(separator: ":", maxSplits: 1).last.map(String.init) ?? self
        return String(digits.prefix(12))
    }
}

/// As shown to the user: `0.31 s`, `42 s`.
private func seconds(_ seconds: Double) -> String {
    guard seconds < 10 else { return "\(Int(seconds.rounded())) s" }
    return "\((seconds * 100).rounded() / 100) s"
}
