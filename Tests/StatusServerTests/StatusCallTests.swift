import Status
import Testing

@testable import StatusServer

@Suite(.timeLimit(.minutes(60))) struct StatusCallTests {
    @Test(arguments: [
        ("a=1&b=2", ["1"]), ("a=1&a=2", ["1", "2"]), ("a", []), ("a=", []), ("", []), ("&&a=x&", ["x"]), ("a==", ["="]),
        ("a=x%20y+z", ["x y z"]), ("%61=%C3%A9", ["é"]), ("a=%", ["%"]), ("a=%4", ["%4"]), ("a=%zz", ["%zz"]),
        ("a=%+1", ["% 1"]), ("a=%2B", ["+"]), ("a=1=2", ["1=2"]),
    ])
    func aQueryIsReadAsFormsWriteIt(_ text: String, _ values: [String]) {
        #expect(Query(text).values("a") == values)
    }

    @Test(arguments: [
        ("wait", true), ("wait=", true), ("wait=true", true), ("wait=1", true), ("wait=0", false), ("wait=no", false),
        ("await=1", false), ("", false),
    ])
    func aSwitchIsOn(_ text: String, _ isOn: Bool) {
        #expect(Query(text).isOn("wait") == isOn)
    }

    @Test(arguments: [
        ("*", true), (" * ", true), ("\"t\"", true), ("W/\"t\"", true), ("\"x\", \"t\"", true),
        ("\"x\",W/\"t\" ,", true),
        (", ,\"t\"", true), ("\"a,b\",\"t\"", true), ("\"x\"", false), ("t", false), ("", false), ("w/\"t\"", false),
        ("\"t", false), ("\"x\" \"t\"", false), ("*,\"x\"", false), ("\"a,\"t\"\"", false), ("\"T\"", false),
    ])
    func ifNoneMatchIsAListOfTags(_ field: String, _ isSeen: Bool) {
        var call = StatusCall(method: "GET", target: "/status")
        #expect(!call.hasSeen("\"t\""))
        call.ifNoneMatch = field
        #expect(call.hasSeen("\"t\"") == isSeen)
    }

    @Test func servicesAreNamedAndStatesListed() throws {
        let filter = try Query("service=a&service=b&state=failed,blocked&state=in-sync&state=&service=").services()
        #expect(filter == ServiceFilter(slugs: ["a", "b"], states: [.failed, .blocked, .inSync]))
        #expect(try Query("state=,").services().isEmpty)
        let error = #expect(throws: ServiceFilter.UnknownState.self) { try Query("state=failed,broken").services() }
        #expect(
            error?.description
                == "unknown state 'broken'; expected one of in-sync, pending, drifted, failed, unverified, conflict, blocked, "
                + "waiting, held, orphan"
        )
    }
}
