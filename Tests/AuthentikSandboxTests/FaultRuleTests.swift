import AuthentikSandbox
import JSON
import Testing

/// Rules and plans as text.
@Suite(.timeLimit(.minutes(60))) struct FaultRuleTests {
    @Test(
        arguments: [
            ("latency=200ms", FaultRule(.latency(.milliseconds(200)...(.milliseconds(200))))),
            ("latency=50ms..2s", FaultRule(.latency(.milliseconds(50)...(.seconds(2))))),
            ("unavailable=502", FaultRule(.unavailable(status: 502))),
            ("unavailable=503,retry-after=1", FaultRule(.unavailable(status: 503, retryAfter: 1))),
            ("unavailable=504,write=done", FaultRule(.unavailable(status: 504, isWriteDone: true))),
            ("reset=before", FaultRule(.reset(.before))),
            ("reset=after,method=PUT,times=1", FaultRule(.reset(.after), method: "PUT", times: 1)),
            ("cut,path=/api/v3/core/", FaultRule(.cut, path: "/api/v3/core/")),
            ("slow-body=2s,share=0.25", FaultRule(.slowBody(.seconds(2)), share: 0.25)),
            ("truncated", FaultRule(.truncated)),
            ("html=500", FaultRule(.html(status: 500))),
            ("shift=appear", FaultRule(.shift(.appear))),
            ("shift=vanish", FaultRule(.shift(.vanish))),
            ("shift=swap", FaultRule(.shift(.swap))),
            ("revoked,after=20", FaultRule(.revoked, after: 20)),
            ("starting=10s,retry-after=0", FaultRule(.starting(.seconds(10), retryAfter: 0))),
            ("late=2,method=POST,times=1", FaultRule(.late(2), method: "POST", times: 1)),
            ("ignore=grant_types", FaultRule(.ignore(field: "grant_types"))),
            ("refuse=client_secret,method=PATCH", FaultRule(.refuse(field: "client_secret"), method: "PATCH")),
            (
                "html=404,method=GET,path=/api/,share=0.5,after=1,times=2",
                FaultRule(.html(status: 404), method: "GET", path: "/api/", share: 0.5, after: 1, times: 2)
            ),
        ]
    )
    func `a rule is read, and written as it was`(text: String, rule: FaultRule) throws {
        #expect(try FaultRule(parsing: text) == rule)
        #expect(rule.description == text)
    }

    @Test func `what may be left out is`() throws {
        #expect(try FaultRule(parsing: "starting=1m").fault == .starting(.seconds(60), retryAfter: 5))
        #expect(try FaultRule(parsing: "cut,times=2,method=patch") == FaultRule(.cut, method: "PATCH", times: 2))
    }

    @Test(
        arguments: [
            ("", "no fault is given; known faults: latency=200ms, "),
            ("latncy=3s", "unknown fault 'latncy'; known faults: latency=200ms, "),
            ("latency", "'latency' must be a time such as 200ms, 2s or 1m, and has no value"),
            ("latency=3", "'latency' must be a time such as 200ms, 2s or 1m, not '3'"),
            ("latency=-3s", "'latency' must be a time such as 200ms, 2s or 1m, not '-3s'"),
            ("slow-body=99999999999999999999s", "'slow-body' must be a time such as"),
            (
                "latency=2s..1s",
                "'latency' must be the shortest and the longest time, such as 50ms..200ms, not '2s..1s'"
            ),
            ("unavailable=500", "'unavailable' must be 502, 503 or 504, not '500'"),
            ("unavailable=503,retry-after=soon", "'retry-after' must be a whole number of at least 0, not 'soon'"),
            ("unavailable=503,write=half", "'write' must be 'done', or left out, not 'half'"),
            ("reset", "'reset' must be 'before' or 'after', and has no value"),
            ("shift=left", "'shift' must be 'appear', 'vanish' or 'swap', not 'left'"),
            ("html=999", "'html' must be a status from 200 to 599, not '999'"),
            ("revoked=now", "'revoked' takes no value, but got 'now'"),
            ("late=0", "'late' must be a number of writes from 1 to 1000, not '0'"),
            ("ignore", "'ignore' must be the name of a field, such as meta_icon, and has no value"),
            ("ignore=Meta Icon", "'ignore' must be the name of a field, such as meta_icon, not 'Meta Icon'"),
            ("cut,share=2", "'share' must be a number from 0 to 1, not '2'"),
            ("cut,share=nan", "'share' must be a number from 0 to 1, not 'nan'"),
            ("cut,times=0", "'times' must be a whole number of at least 1, not '0'"),
            ("cut,times=1,times=2", "'times' is given twice"),
            ("cut,times", "'times' has no value; write times=…"),
            ("cut,path=api", "'path' must be the beginning of a path, such as /api/v3/core/, not 'api'"),
            ("cut,method=", "'method' must be a method such as POST, not ''"),
            ("cut,retry-after=1", "'cut' takes no 'retry-after'; it takes method, path, share, after, times"),
            (
                "starting=1s,shar=1",
                "'starting' takes no 'shar'; it takes retry-after, method, path, share, after, times"
            ),
        ]
    )
    func `a rule that makes no sense is told what is wrong`(text: String, message: String) throws {
        let error = #expect(throws: FaultSyntaxError.self) { try FaultRule(parsing: text) }
        #expect(error?.description.hasPrefix(message) ?? false, "\(error?.description ?? "")")
    }

    @Test func `a plan is read, and written as it was`() throws {
        let json: JSONValue = ["seed": 7, "rules": ["latency=200ms", "reset=after,times=1"]]
        let plan = try FaultPlan(json)
        #expect(plan == FaultPlan(seed: 7, rules: plan.rules))
        #expect(plan.json == json)
        #expect(try FaultPlan(["rules": []]) == FaultPlan())
    }

    @Test(
        arguments: [
            ([], "a plan must be an object with a list of rules"),
            ([:], "a plan must be an object with a list of rules"),
            (["rules": "cut"], "a plan must be an object with a list of rules"),
            (["rules": [], "sed": 1], "unknown field 'sed' in a plan; expected seed or rules"),
            (["rules": [], "seed": -1], "'seed' must be a whole number of at least 0"),
            (["rules": ["cut", 7]], "rules[1] must be a text such as \"unavailable=503,share=0.2\""),
            (["rules": ["cut", "cat"]], "rules[1]: unknown fault 'cat'; known faults: "),
        ] as [(JSONValue, String)]
    )
    func `a plan that makes no sense is told what is wrong`(json: JSONValue, message: String) throws {
        let error = #expect(throws: FaultSyntaxError.self) { try FaultPlan(json) }
        #expect(error?.description.hasPrefix(message) ?? false, "\(error?.description ?? "")")
    }
}
