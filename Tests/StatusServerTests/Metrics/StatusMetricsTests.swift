import PrometheusMetrics
import Status
import StatusServer
import Testing

@Suite(.timeLimit(.minutes(60))) struct StatusMetricsTests {
    /// The lines of the program's own metrics that are read of the status.
    private func lines(_ status: StatusDocument) -> [String] {
        let sampled = MetricCatalog.families.filter { $0.isSampled && $0.name.hasPrefix("reconcile_") }
        return PrometheusRegistry(families: sampled).render(adding: StatusMetrics.samples(of: status))
            .split(separator: "\n").filter { !$0.hasPrefix("#") }.map { String($0.trimmingPrefix("reconcile_")) }
    }

    @Test func everythingThatIsKnown() {
        #expect(
            lines(MetricsFixture.busy) == [
                #"build_info{version="1.2.3-\"rc\"\\1"} 1"#,
                "leader 1",
                #"services{state="blocked"} 0"#,
                #"services{state="conflict"} 0"#,
                #"services{state="drifted"} 0"#,
                #"services{state="failed"} 0"#,
                #"services{state="held"} 2"#,
                #"services{state="in-sync"} 7"#,
                #"services{state="orphan"} 0"#,
                #"services{state="pending"} 0"#,
                #"services{state="unverified"} 0"#,
                #"services{state="waiting"} 0"#,
                #"services_by_access{access="blocked"} 0"#,
                #"services_by_access{access="closed"} 1"#,
                #"services_by_access{access="everyone"} 0"#,
                #"services_by_access{access="incomplete"} 1"#,
                #"services_by_access{access="restricted"} 1"#,
                #"services_by_access{access="unmanaged"} 1"#,
                "services_exposed 1",
                #"services_by_served{served="not-in-outpost"} 0"#,
                #"services_by_served{served="outpost-not-seen"} 1"#,
                #"services_by_served{served="served"} 2"#,
                #"services_by_served{served="unknown"} 0"#,
                #"shared_objects{kind="group",state="blocked"} 0"#,
                #"shared_objects{kind="group",state="conflict"} 0"#,
                #"shared_objects{kind="group",state="failed"} 1"#,
                #"shared_objects{kind="group",state="in-sync"} 1"#,
                #"shared_objects{kind="group",state="pending"} 0"#,
                #"shared_objects{kind="group",state="waiting"} 0"#,
                "services_contested 1",
                "file_valid 1",
                "file_loaded_timestamp_seconds 1700000010",
                "authentik_reachable 1",
                "last_attempt_timestamp_seconds 1700002000.5",
                "last_success_timestamp_seconds 1700001000",
                "next_pass_timestamp_seconds 1700002030",
                "failures_in_a_row 1",
                "deletions_held 5",
            ]
        )
    }

    @Test func whatIsNotKnownIsAbsent() {
        let lines = lines(MetricsFixture.fresh)
        for name in ["authentik_reachable", "last_attempt", "last_success", "next_pass", "shared_objects"]
            + ["services_by_access", "services_exposed", "services_by_served"]
        {
            #expect(!lines.contains { $0.hasPrefix(name) }, "\(name)")
        }
        #expect(lines.filter { $0.hasPrefix("services{") }.count == SyncState.allCases.count)
        for line in ["leader 0", "file_valid 0", "services_contested 0", "failures_in_a_row 0", "deletions_held 0"] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test func unreachableIsNotUntried() {
        var status = MetricsFixture.busy
        status.authentik.isReachable = false
        #expect(lines(status).contains("authentik_reachable 0"))
    }
}
