import Base
import Reporting
import Status

/// What happened last, and what comes next.
struct Vitals {
    let status: StatusDocument

    var html: HTML {
        """
        <dl id="vitals">
        <div><dt>Last change</dt>\(change)</div>
        <div><dt>Last pass</dt>\(pass)</div>
        <div><dt>Next pass</dt>\(next)</div>
        </dl>

        """
    }

    private var change: HTML {
        guard let event = LatestEvent(status.services) else {
            return """
                <dd class="key">None</dd>
                <dd>since the daemon started \(.time(status.program.startedAt))</dd>
                """
        }
        let fields = event.fields.prefix(3).map(code).joined(by: ", ")
        let rest: HTML? = event.fields.count > 3 ? " and \(event.fields.count - 3) more" : nil
        let all: HTML? = event.fields.isEmpty ? nil : "<dd class=\"quiet\">\(fields)\(rest)</dd>"
        return """
            <dd class="key">\(.time(event.at))</dd>
            <dd><a href="#service-\(event.slug)"><bdi>\(event.slug)</bdi></a> \(event.word)\(event.author)</dd>\(all)
            """
    }

    private var pass: HTML {
        let passes = status.passes
        guard let last = passes.lastAttempt else { return "<dd class=\"key\">None</dd><dd>None has ended yet</dd>" }
        let success: HTML? =
            if last.result != .failed {
                nil
            } else if let success = passes.lastSuccess {
                "<dd>Last success \(.time(success.finishedAt))</dd>"
            } else {
                "<dd>None has succeeded since the start</dd>"
            }
        let failures: HTML? = passes.failuresInARow > 1 ? "<dd>\(passes.failuresInARow) failures in a row</dd>" : nil
        return """
            <dd class="key">\(.time(last.finishedAt))</dd>
            <dd class="\(last.result.look.tone.name)"><span class="tone">\(last.result.look.words.capitalizedFirst)</span></dd>\(success)\(failures)
            <dd class="quiet">\(because(last.triggers).capitalizedFirst)</dd>
            """
    }

    private var next: HTML {
        let passes = status.passes
        if let running = passes.running {
            return """
                <dd class="key">Now</dd>
                <dd>Running \(.time(running.startedAt, .since))</dd>
                <dd class="quiet">\(because(running.triggers).capitalizedFirst)</dd>
                """
        }
        guard let next = passes.next else { return "<dd class=\"key\">None</dd><dd>None is planned</dd>" }
        return
            "<dd class=\"key\">\(.time(next.at, .due))</dd><dd class=\"quiet\">\(next.reason.words.capitalizedFirst)</dd>"
    }
}

/// `the file changed, a secret changed`.
func because(_ triggers: [Trigger]) -> String {
    triggers.map(\.words).joined(separator: ", ")
}
