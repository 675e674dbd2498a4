import Controller
import JSON
import Testing

@Suite(.timeLimit(.minutes(60))) struct DashboardTests {
    private let dashboard: JSONValue
    /// Those that show something, without the rows.
    private let panels: [JSONValue]

    init() throws {
        dashboard = try MonitoringFile.dashboard.json()
        panels = (dashboard["panels"]?.array ?? []).filter { $0["type"]?.string != "row" }
        try #require(!panels.isEmpty)
    }

    private var targets: [JSONValue] { panels.flatMap { $0["targets"]?.array ?? [] } }

    private var variables: [JSONValue] { dashboard["templating"]?["list"]?.array ?? [] }

    @Test func everyPanelHasANumberOfItsOwn() {
        let all = dashboard["panels"]?.array ?? []
        let numbers = all.compactMap { $0["id"]?.integer }
        #expect(numbers.count == all.count)
        #expect(Set(numbers).count == numbers.count)
    }

    @Test func thereIsAChoiceOfTheDataSourceAndEverythingKeepsToIt() {
        #expect(variables.contains { $0["name"] == "datasource" && $0["type"] == "datasource" })
        let queries = variables.filter { $0["type"] == "query" }
        for part in panels + targets + queries {
            #expect(part["datasource"] == ["type": "prometheus", "uid": "${datasource}"], "\(part["title"] ?? part)")
        }
    }

    @Test func everyPanelShowsMetricsThatThereAre() {
        for panel in panels {
            let expressions = (panel["targets"]?.array ?? []).compactMap { $0["expr"]?.string }
            #expect(!expressions.isEmpty, "\(panel["title"] ?? .null)")
            for expression in expressions { #expect(MetricUse.mistakes(in: expression) == []) }
        }
        for note in dashboard["annotations"]?["list"]?.array ?? [] {
            if let expression = note["expr"]?.string { #expect(MetricUse.mistakes(in: expression) == []) }
        }
    }

    @Test func variablesAskForMetricsThatThereAre() throws {
        for query in variables.filter({ $0["type"] == "query" }) {
            let text = try #require(query["definition"]?.string)
            #expect(query["query"]?["query"]?.string == text)
            let parts = try #require(text.wholeMatch(of: /label_values\((.+), (\w+)\)/))
            #expect(MetricUse.mistakes(in: String(parts.1)) == [])
            #expect(query["name"]?.string == String(parts.2))
        }
    }

    @Test func everyMetricOfTheProgramIsShown() {
        let shown = Set(targets.flatMap { PromQLNames($0["expr"]?.string ?? "").selectors }.map(\.name))
        for name in MetricName.allCases where name != .fileLoaded {
            #expect(shown.contains { $0.hasPrefix(name.rawValue) }, "\(name.rawValue)")
        }
    }

    @Test func panelsDoNotOverlap() {
        var taken: Set<[Int]> = []
        for panel in dashboard["panels"]?.array ?? [] {
            let place = ["x", "y", "w", "h"].compactMap { panel["gridPos"]?[$0]?.integer }
            guard place.count == 4, place[0] + place[2] <= 24 else {
                Issue.record("\(panel["title"] ?? .null) has no place")
                continue
            }
            for x in place[0]..<place[0] + place[2] {
                for y in place[1]..<place[1] + place[3] { #expect(taken.insert([x, y]).inserted) }
            }
        }
    }
}
