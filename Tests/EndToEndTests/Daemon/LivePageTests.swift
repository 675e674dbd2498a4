import Foundation
import JSON
import TestSupport
import Testing

/// The status page while somebody looks at it: in a browser, in real time.
@Suite(.enabled(if: Browser.isInstalled, Browser.advice), .timeLimit(.minutes(60))) struct LivePageTests {
    @Test func `it renews itself, keeps what is open, and says when the daemon is gone`() async throws {
        try await withWorkplace { workplace in
            let port = try ReservedPort()
            defer { withExtendedLifetime(port) {} }
            let daemon = try workplace.daemon("--listen", "127.0.0.1:\(port.number)")
            try await daemon.status("in sync") { $0["isInSync"] == true }
            let url = try await daemon.url() + "/"
            try await Browser.withDeveloperTools { port in
                let tab = try await DeveloperTools(opening: url, port: port)
                func text(_ selector: String, becomes wanted: String) async throws {
                    var last = JSONValue.null
                    try await daemon.eventually("\(selector) says '\(wanted)'", else: { "\(last)" }) {
                        last = try await tab.evaluate("document.querySelector('\(selector)')?.innerText")
                        return last.string?.contains(wanted) == true ? true : nil
                    }
                }
                try await text("#state", becomes: "In sync")
                // What would be gone if the page were loaded again.
                _ = try await tab.evaluate("window.isSame = true; document.querySelector('#service-docs').open = true")

                try FileManager.default.removeItem(at: workplace.secretFile)
                try await text("#state", becomes: "Out of sync")
                try await text("#service-grafana", becomes: "blocked")
                #expect(try await tab.evaluate("document.title").string?.hasPrefix("Out of sync") == true)
                #expect(try await tab.evaluate("window.isSame") == true)
                #expect(try await tab.evaluate("document.querySelector('#service-docs').open") == true)

                try Data("\(Workplace.secret)\n".utf8).write(to: workplace.secretFile, options: .atomic)
                try await text("#state", becomes: "In sync")
                #expect(try await tab.evaluate("document.querySelector('#offline').hidden") == true)
                #expect(await tab.console == [])

                #expect(try await daemon.end() == 0)
                try await text("#offline", becomes: "This daemon has not been reachable")
                try await text("#state", becomes: "In sync")
                #expect(try await tab.evaluate("window.isSame") == true)
            }
        }
    }
}
