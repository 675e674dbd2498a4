import Base
import Planning
import Reporting
import Status

/// Problems that concern more than one service.
struct Notices {
    let status: StatusDocument

    var html: HTML {
        let notices = [authentik, failures, file, heldDeletions].compactMap(\.self)
        return notices.isEmpty ? "" : "<div id=\"notices\">\n\(notices)</div>\n"
    }

    private var authentik: HTML? {
        guard let error = status.authentik.error, !status.message.contains(error) else { return nil }
        let body: HTML = "<p>\(sentence(status.invocation.completing(error)))</p>"
        return notice("authentik-error", .bad, title: "Authentik", body: body)
    }

    /// Why passes fail, unless it is shown elsewhere.
    private var failures: HTML? {
        let passes = status.passes
        guard let error = passes.lastAttempt?.error, passes.failuresInARow > 0 else { return nil }
        guard !status.message.contains(error), status.authentik.error?.contains(error) != true else { return nil }
        let title: HTML = "\(count(passes.failuresInARow, "pass", "passes")) failed in a row"
        return notice("failures", .bad, title: title, body: "<p>\(sentence(status.invocation.completing(error)))</p>")
    }

    private var file: HTML? {
        let problems = status.file.problems
        let list: HTML = "<ol class=\"problems\">\n\(problems.map(problem))</ol>"
        guard status.file.isValid else {
            let body: HTML = """
                <p>The version that was read \(.time(status.file.loadedAt)) stays in force until they are corrected.</p>
                \(list)
                """
            return notice("file", .warning, title: "Errors in the file", body: body)
        }
        guard !problems.isEmpty else { return nil }
        return """
            <details id="warnings" class="notice idle">
            <summary>\(Symbol.exclamation.html)\(count(problems.count, "warning")) about the file</summary>
            \(list)
            </details>

            """
    }

    private var heldDeletions: HTML? {
        guard let heldDeletions = status.heldDeletions else { return nil }
        return notice(
            "held-deletions",
            .warning,
            title: "Deletions held back",
            body: "<p>\(sentence(status.invocation.completing(heldDeletions.message)))</p>"
        )
    }

    private func notice(_ id: HTML, _ tone: Tone, title: HTML, body: HTML) -> HTML {
        """
        <section id="\(id)" class="notice \(tone.name)" aria-labelledby="\(id)-title">
        <h2 id="\(id)-title">\(title)</h2>
        \(body)
        </section>

        """
    }

    private func problem(_ problem: FileStatus.Problem) -> HTML {
        let place = [problem.file, problem.line.map { "\($0)" }, problem.column.map { "\($0)" }].compactMap(\.self)
        let hint = problem.hint.map { "<span class=\"hint\">\(sentence($0))</span>" as HTML }
        return """
            <li><code>\(place.joined(separator: ":"))</code> \
            <span><b>\(problem.severity)</b> \(problem.message)</span>\(hint)</li>

            """
    }
}
