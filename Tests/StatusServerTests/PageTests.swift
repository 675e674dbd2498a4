import FoundationEssentials
import Kinds
import Planning
import Testing

@testable import Status
@testable import StatusServer

/// The page, taken apart.
private func page(_ status: StatusDocument) throws -> ParsedHTML {
    try ParsedHTML(page: StatusPage.render(status))
}

@Suite(.timeLimit(.minutes(60))) struct PageTests {
    static let sample = SampleStatus()
    static let states = [
        sample.standby, sample.starting, sample.refused, sample.unreachable, sample.invalidFile, sample.outOfSync,
        sample.inSync,
    ]

    @Test func thereIsASampleOfEachState() {
        #expect(Self.states.map(\.state) == OverallState.allCases)
    }

    // Its form.

    @Test(arguments: states)
    func itIsWellFormedAndNeedsNothingFromElsewhere(_ status: StatusDocument) throws {
        let page = try page(status)
        let ids = page.elements.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
        for element in page.elements {
            #expect(element.attributes.keys.allSatisfy { !$0.hasPrefix("on") && $0 != "style" && $0 != "src" })
            guard let address = element.attributes["href"] else { continue }
            let isInside =
                ["#", "?", "./"].contains { address.hasPrefix($0) } || address.hasPrefix("data:image/svg+xml,")
            #expect(isInside || (element.name == "a" && address == status.authentik.url), "\(address)")
        }
        for element in page.elements where element.attributes["href"]?.hasPrefix("#") == true {
            #expect(ids.contains(String(element.attributes["href", default: ""].dropFirst())))
        }
        for label in page.elements.compactMap({ $0.attributes["aria-labelledby"] ?? $0.attributes["for"] }) {
            #expect(ids.contains(label))
        }
    }

    @Test(arguments: states)
    func itsPolicyAllowsItsOwnStyleAndScriptOnly(_ status: StatusDocument) throws {
        let page = try page(status)
        let style = try #require(page.all("style").first)
        let script = try #require(page.all("script").first)
        #expect(page.all("style").count == 1 && page.all("script").count == 1)
        #expect(
            StatusPage.contentSecurityPolicy.split(separator: "; ") == [
                "default-src 'none'", "style-src '\(StatusPage.digest(of: style.raw))'",
                "script-src '\(StatusPage.digest(of: script.raw))'", "connect-src 'self'", "img-src data:",
                "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
            ]
        )
    }

    /// The example of Content Security Policy Level 3.
    @Test func aDigestIsAsBrowsersComputeIt() {
        let digest = StatusPage.digest(of: "alert('Hello, world.');")
        #expect(digest == "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=")
    }

    @Test(arguments: states)
    func theSameStatusIsTheSamePage(_ status: StatusDocument) throws {
        let again = try JSONDecoder().decode(StatusDocument.self, from: JSONEncoder().encode(status))
        #expect(StatusPage.render(status) == StatusPage.render(again))
    }

    @Test func itsHeadlineIsPlain() throws {
        var status = Self.sample.unreachable
        status.message =
            "GET https://sso.example.net/: answered 503 [request 06db4dc7]; as they were at 2026-11-24T14:09:31.634Z"
        let message = try page(status).all("p").first { $0.attributes["class"] == "message" }
        #expect(
            message?.text == "GET https://sso.example.net/: answered 503; as they were at 2026-11-24 14:09:31 UTC."
        )
    }

    @Test(arguments: states)
    func withoutItsScriptMomentsAreExactAndItComesAnew(_ status: StatusDocument) throws {
        let page = try page(status)
        let times = page.all("time")
        #expect(!times.isEmpty)
        for time in times {
            let machine = try #require(time.attributes["datetime"])
            let moment = "\(machine.prefix(10)) \(machine.dropFirst(11).prefix(8)) UTC"
            #expect(time.text == (time.attributes["data-tell"] == "since" ? "since \(moment)" : moment))
        }
        let refresh = page.all("noscript").flatMap { $0.all("meta") }
        #expect(refresh.map(\.attributes) == [["http-equiv": "refresh", "content": "15"]])
        #expect(page["filter"].map { $0.attributes["hidden"] == nil && $0.attributes["method"] == "get" } ?? true)
    }

    /// All that the script looks for by its id is in a page that has everything.
    @Test func whatItsScriptLooksForIsThere() throws {
        let page = try ParsedHTML(page: StatusPage.render(Self.sample.outOfSync, button: .withToken))
        let script = try #require(page.all("script").first).raw
        let ids = Set(script.matches(of: #/find\("([^"]+)"\)/#).map { String($0.1) })
        #expect(
            ids == [
                "filter", "offline", "trigger", "trigger-result", "trigger-token",
            ]
        )
        #expect(script.contains("filter-text") && page["filter-text"] != nil)
        for id in ids.union(["verdict"]) { #expect(page[id] != nil, "\(id)") }
        for name in ["service"] { #expect(!page.all(class: name).isEmpty) }
    }

    // What it says at once.

    @Test(arguments: [
        (sample.starting, "Starting", "No pass has ended yet.", "idle"),
        (
            sample.refused, "Refused by Authentik",
            "Authentik refuses the token (403 to GET /api/v3/core/applications/): Token invalid/expired.", "bad"
        ),
        (
            sample.unreachable, "Authentik is unreachable",
            "Authentik cannot be reached; services are as they were when it last could.", "bad"
        ),
        (
            sample.invalidFile, "The file is invalid", "The file has 2 mistakes; the last good one is in force.",
            "warning"
        ),
        (sample.outOfSync, "Out of sync", "6 of 14 services out of sync.", "warning"),
        (sample.inSync, "In sync", "All 7 services are in sync.", "good"),
    ])
    func itsTopTellsTheState(
        _ status: StatusDocument,
        _ headline: String,
        _ message: String,
        _ tone: String
    ) throws {
        let page = try page(status)
        let verdict = try #require(page["verdict"])
        #expect(verdict.name == "header" && verdict.attributes["class"] == tone)
        #expect(verdict.all("h1").map(\.text) == [headline])
        #expect(verdict.all(class: "message").map(\.text) == [message])
        #expect(verdict.all(class: "since").map(\.text) == ["since 2026-11-24 12:00:00 UTC"])
        #expect(page.all("title").first?.text == "\(headline) · homelab · reconcile")
    }

    @Test(arguments: [
        (sample.starting, []), (sample.inSync, []), (sample.refused, []), (sample.outOfSync, ["held-deletions"]),
        (sample.withHeldDeletions, ["held-deletions"]), (sample.unreachable, ["authentik-error"]),
        (sample.invalidFile, ["file"]),
        (sample.hostile("x"), ["authentik-error", "failures", "file", "held-deletions"]),
    ])
    func aNoticeSaysWhatAPersonMustKnow(_ status: StatusDocument, _ ids: [String]) throws {
        #expect(try page(status).all(class: "notice").map { $0.attributes["id"] } == ids)
    }

    @Test func heldDeletionsSayHowToLetDeletionsThrough() throws {
        let notice = try #require(try page(Self.sample.withHeldDeletions)["held-deletions"])
        #expect(
            notice.text.hasSuffix(
                "check the file, then allow them once with 'reconcile --once "
                    + "--config /etc/reconcile/homelab.yaml --url https://sso.example.net --allow-deletions 5'."
            )
        )
    }

    @Test func mistakesAreToldWithPlaceAndHint() throws {
        let problems = try #require(try page(Self.sample.invalidFile)["file"]).all("li").map(\.text)
        #expect(
            problems == [
                "/etc/reconcile/homelab.yaml:14:7 error service 'grafana': unknown field 'redirectpath' "
                    + "Did you mean 'redirectPath'?",
                "/etc/reconcile/homelab.yaml error no owner",
                "/etc/reconcile/homelab.yaml:31:11 warning port is text, and should be a number Write 8444.",
            ]
        )
    }

    @Test func warningsOfAGoodFileAreThereToBeOpened() throws {
        var status = Self.sample.inSync
        status.file.problems = [Self.sample.invalidFile.file.problems[2]]
        let warnings = try #require(try page(status)["warnings"])
        #expect(warnings.name == "details" && warnings.attributes["open"] == nil)
        #expect(warnings.all("summary").first?.text == "1 warning about the file")
        #expect(warnings.all("li").count == 1)
    }

    // The button.

    @Test func itsButtonIsThereWhereItIsAllowed() throws {
        func form(_ button: PassButton, _ status: StatusDocument = Self.sample.inSync) throws -> ParsedHTML? {
            try ParsedHTML(page: StatusPage.render(status, button: button))["trigger"]
        }
        #expect(try form(.none) == nil)
        let plain = try #require(try form(.plain))
        #expect(plain.attributes["method"] == "post" && plain.attributes["action"] == "reconcile")
        #expect(plain.attributes["hidden"] == nil && plain.all("input").isEmpty)
        // A token goes into a header, which only the script can send.
        let withToken = try #require(try form(.withToken))
        #expect(withToken.attributes["hidden"] != nil)
        #expect(withToken.all("input").map { $0.attributes["type"] } == ["password"])
        #expect(withToken.all("input").allSatisfy { $0.attributes["name"] == nil })
        // A standby runs no passes.
        #expect(try form(.plain, Self.sample.standby) == nil)
    }

    // The history.

    @Test func itsHistoryIsShortUntilItIsOpened() throws {
        var status = Self.sample.inSync
        status.recentChanges = (1...7).map { number in
            RecentChange(
                at: status.since,
                pass: number,
                kind: number == 1 ? "scopeMapping" : RecentChange.service,
                name: number == 2 ? "gone" : "grafana",
                decision: number == 2 ? "delete" : "update",
                reason: "group differs",
                fields: number == 2 ? [] : ["application.group", "provider.redirect_uris"],
                isDrift: number == 1,
                by: number == 1 ? DriftAuthor(username: "<b>akadmin", at: status.since) : nil
            )
        }
        let history = try #require(try page(status)["history"])
        #expect(history.all("li").count == 7)
        #expect(history.all("details").first?.all("li").count == 2)
        #expect(history.all("summary").map(\.text) == ["2 older changes"])
        let texts = history.all("li").map(\.text)
        #expect(
            texts.first
                == "2026-11-24 12:00:00 UTC scope mapping grafana drift corrected after a change by <b>akadmin group, redirectURIs"
        )
        #expect(texts.dropFirst().first == "2026-11-24 12:00:00 UTC gone deleted")
        #expect(try page(Self.sample.inSync)["history"] == nil)
    }

    @Test func aServiceLinksToItselfAndToItsApplication() throws {
        var status = Self.sample.inSync
        let index = try #require(status.services.firstIndex { $0.slug == "grafana" })
        status.services[index].links = LinksStatus(
            authentik: "https://sso.example.net/if/admin/#/core/applications/grafana",
            service: "https://grafana.example.net/?a=\"b"
        )
        let links = try #require(try page(status)["service-grafana"]).all(class: "links").flatMap { $0.all("a") }
        #expect(links.map(\.text) == ["Open the service", "Application in Authentik"])
        #expect(links.allSatisfy { $0.attributes["rel"] == "noreferrer" })
        #expect(links.first?.attributes["href"]?.contains("\"") != true || links.count == 2)
    }

    // What happened last, and comes next.

    @Test(arguments: [
        (
            sample.inSync,
            [
                "Last change 2026-11-24 12:56:56 UTC grafana drift corrected after a change by akadmin redirectURIs",
                "Last pass 2026-11-24 12:59:22 UTC Everything in sync Periodic pass",
                "Next pass 2026-11-24 13:04:22 UTC Periodic pass",
            ]
        ),
        (
            sample.outOfSync,
            [
                "Last change 2026-11-24 12:58:55 UTC nextcloud changed by terraform "
                    + "redirectURIs",
                "Last pass 2026-11-24 12:59:22 UTC Some services out of sync Periodic pass",
                "Next pass 2026-11-24 13:04:22 UTC Periodic pass",
            ]
        ),
        (
            sample.unreachable,
            [
                "Last change 2026-11-24 12:56:56 UTC grafana drift corrected after a change by akadmin redirectURIs",
                "Last pass 2026-11-24 12:59:39 UTC Failed Last success 2026-11-24 12:47:20 UTC 6 failures in a row "
                    + "Periodic pass",
                "Next pass 2026-11-24 13:00:42 UTC Retry after a failure",
            ]
        ),
        (
            sample.starting,
            [
                "Last change None since the daemon started 2026-11-24 12:59:58 UTC",
                "Last pass None No pass has ended yet",
                "Next pass Now Running since 2026-11-24 12:59:59 UTC The daemon started",
            ]
        ),
    ])
    func itTellsWhatHappenedLastAndComesNext(_ status: StatusDocument, _ vitals: [String]) throws {
        #expect(try #require(try page(status)["vitals"]).all("div").map(\.text) == vitals)
    }

    // Services.

    @Test func whatIsNotInSyncComesFirstByUrgency() throws {
        let page = try page(Self.sample.outOfSync)
        let slugs = page.all(class: "service").compactMap { $0.attributes["id"]?.dropFirst("service-".count) }
        #expect(
            slugs == [
                "vaultwarden", "billing", "paperless", "nextcloud", "old-wiki", "seafile", "gitea", "grafana", "argocd",
                "homelab-docs", "infisical", "launchfast", "rybbit", "trivy",
            ]
        )
        #expect(
            page.all("h3").prefix(4).map(\.text) == [
                "Out of sync 5", "Pending 1", "Orphaned 1", "In sync 7",
            ]
        )
        let totals = page.all(class: "totals").flatMap { $0.all("li") }.map(\.text)
        #expect(
            totals == [
                "1 failed", "1 conflict", "1 blocked", "1 drifted", "1 held back", "1 pending", "1 orphaned",
                "7 in sync",
                "1 with conflicting changes",
            ]
        )
    }

    @Test(arguments: [
        ("vaultwarden", "vaultwarden Vaultwarden failed Authentik rejects it (400) since 2026-11-24 12:39:00 UTC"),
        (
            "gitea",
            "gitea orphaned no longer in the file; declare it again to keep it, or set 'prune: true' to delete it since 2026-11-24 12:39:00 UTC"
        ),
        ("argocd", "argocd Argo CD in sync as declared 1 note"),
        ("grafana", "grafana Grafana in sync as declared drift corrected 2026-11-24 12:56:56 UTC"),
    ])
    func aLineTellsTheStateAndSinceWhenAndWhy(_ slug: String, _ line: String) throws {
        let service = try #require(try page(Self.sample.outOfSync)["service-\(slug)"])
        #expect(service.name == "details" && service.attributes["open"] == nil)
        #expect(service.all("summary").map(\.text) == [line])
    }

    @Test(arguments: [
        (
            "nextcloud",
            [
                "What to do Let one side set these fields: remove them at homelab.yaml:14:5, or in what changes them "
                    + "(last: terraform).",
                "Conflicting changes Somebody keeps changing redirectURIs, since 2026-11-24 12:20:00 UTC. Corrected 6 times "
                    + "so far; corrected again 2026-11-24 13:14:00 UTC at the earliest.",
                "Differences redirectURIs provider.redirect_uris https://wrong.example.net/callback "
                    + "https://app.example.net/oauth/callback https://app.example.net/login − current "
                    + "+ as declared",
                "Conditions Synced False Drifted somebody keeps changing redirect_uris back since 2026-11-24 12:39:00 UTC",
                "Last change 2026-11-24 12:53:20 UTC, by pass 405: updated (redirectURIs differ); "
                    + "redirectURIs.",
                "Last drift terraform changed it 2026-11-24 12:58:50 UTC; found 2026-11-24 12:58:55 UTC, by pass 410. "
                    + "redirectURIs provider.redirect_uris https://wrong.example.net/callback "
                    + "https://app.example.net/oauth/callback https://app.example.net/login "
                    + "− as changed + as declared",
            ]
        ),
        (
            "vaultwarden",
            [
                "What to do Correct what Authentik refuses at homelab.yaml:14:5; every pass tries again.",
                "Error Authentik rejects it (400 to PATCH /api/v3/providers/oauth2/7/). access_token_validity minutes is "
                    + "not valid Authentik’s log has it as request 5d4f8f0e1c3b4a55.",
                "Differences accessTokenValidity provider.access_token_validity minutes=5 minutes=x clientSecret provider.client_secret (changed) "
                    + "description application.meta_description (none) Passwords − current + as declared",
                "Conditions Synced False Failed Authentik rejects it (400) since 2026-11-24 12:39:00 UTC",
            ]
        ),
        (
            "old-wiki",
            [
                "What to do If it was removed by mistake, put it back into the file; otherwise allow the deletion once "
                    + "with 'reconcile --once --config /etc/reconcile/homelab.yaml --url https://sso.example.net "
                    + "--allow-deletions N'.",
                "Deletion Held back: the provider old-wiki, then the application old-wiki.",
                "Conditions Synced False Held declared absent; the deletion limit holds its deletion back since "
                    + "2026-11-24 12:39:00 UTC",
            ]
        ),
    ])
    func whatIsOpenedTellsEverything(_ slug: String, _ parts: [String]) throws {
        let service = try #require(try page(Self.sample.outOfSync)["service-\(slug)"])
        #expect(service.all(class: "part").map(\.text) == parts)
    }

    /// What nobody may open is shown as a failure is; what everybody may open, in passing.
    @Test(arguments: [
        (
            sample.closed, "bad", "vault Vault closed the group 'admins' is gone since 2026-11-24 12:39:00 UTC",
            [
                "What to do Create the missing group, user or policy again, or change 'access' at homelab.yaml:14:5.",
                "Error Closed to everybody: the group 'admins' is gone.",
                "Conditions Access False Closed the group 'admins' is gone since 2026-11-24 12:39:00 UTC "
                    + "Synced False Failed closed to everybody: the group 'admins' is gone since 2026-11-24 12:39:00 UTC",
            ]
        ),
        (
            sample.exposed, "good", "homepage Homepage in sync as declared open to everybody",
            [
                "Access Open to everybody; the file does not say who may open it.",
                "Conditions Exposed True NoBinding nothing is bound to it, so everybody may open it since "
                    + "2026-11-24 12:39:00 UTC Synced True InSync as declared since 2026-11-24 12:57:00 UTC",
            ]
        ),
        (
            sample.unserved, "good", "trivy Trivy in sync as declared not served",
            [
                "Forward-auth The outpost 'edge' was last seen at 2026-11-24T11:00:00.000Z. Last seen "
                    + "2026-11-24 11:00:00 UTC.",
                "Conditions Served False OutpostNotSeen the outpost 'edge' was last seen at 2026-11-24T11:00:00.000Z since "
                    + "2026-11-24 12:39:00 UTC Synced True InSync as declared since 2026-11-24 12:57:00 UTC",
            ]
        ),
        (
            sample.served, "good", "whoami in sync as declared",
            [
                "Forward-auth Served by the outpost 'edge'. Last seen 2026-11-24 12:59:50 UTC.",
                "Conditions Synced True InSync as declared since 2026-11-24 12:57:00 UTC",
            ]
        ),
        (
            sample.restricted, "good", "wiki Wiki in sync as declared 1 note",
            [
                "Access Open to group 'admins', user 'bob'.",
                "Notes Bound by others, which also let people in: group 'guests'; left alone.",
                "Conditions Synced True InSync as declared since 2026-11-24 12:57:00 UTC",
            ]
        ),
        (
            sample.unmanaged, "good", "www in sync as declared",
            [
                "Access The file does not say who may open it; bound by others: group 'guests'; "
                    + "bound for a time: user 'eve'.",
                "Conditions Synced True InSync as declared since 2026-11-24 12:57:00 UTC",
            ]
        ),
    ])
    func itTellsWhoMayOpenAService(
        _ service: ServiceStatus,
        _ tone: String,
        _ line: String,
        _ parts: [String]
    ) throws {
        let page = try page(Self.sample.document(.outOfSync, "1 service is not as declared", [service]))
        let entry = try #require(page["service-\(service.slug)"])
        #expect(entry.attributes["class"] == "service \(tone)")
        #expect(entry.all("summary").map(\.text) == [line])
        #expect(entry.all(class: "part").map(\.text) == parts)
        // Being exposed is neither good nor bad.
        let exposed = entry.all("li").first { $0.text.hasPrefix("Exposed") }
        #expect(exposed.map { $0.all(class: "idle").count == 1 } ?? true)
    }

    @Test func aValueOfANewObjectReplacesNothing() throws {
        let service = try #require(try page(Self.sample.outOfSync)["service-paperless"])
        #expect(service.all(class: "removed").isEmpty)
        #expect(service.all(class: "added").first?.text == "Paperless")
    }

    // What stands behind it.

    @Test func itTellsOfTheDaemonAndWhatItLooksAfter() throws {
        let facts = try #require(try page(Self.sample.unreachable)["daemon"]).all("dl").map { list in
            zip(list.all("dt"), list.all("dd")).map { "\($0.text): \($1.text)" }
        }
        #expect(
            facts == [
                [
                    "Address: https://sso.example.net", "Release: 2025.12.4",
                    "Reachable: no, since 2026-11-24 12:47:26 UTC", "Audit log: watched",
                ],
                [
                    "Paths: /etc/reconcile/homelab.yaml", "Hash: 9f86d081884c", "Read: 2026-11-24 11:00:00 UTC",
                    "Valid: yes",
                ],
                [
                    "Last attempt: 2026-11-24 12:59:39 UTC pass 412, failed, 0 changes, 9 reads and 0 writes in 0.31 s "
                        + "periodic pass Could not connect to sso.example.net:443: connection refused.",
                    "Last success: 2026-11-24 12:47:20 UTC pass 406, everything in sync, 0 changes, 9 reads and "
                        + "0 writes in 0.31 s periodic pass",
                    "Failures in a row: 6", "Next: 2026-11-24 13:00:42 UTC: retry after a failure",
                ],
                ["Version: 1.0.0", "Running: since 2026-11-21 13:00:00 UTC", "Owner: homelab"],
            ]
        )
    }

    @Test(arguments: [
        ("https://sso.example.net/", true), ("http://localhost:9000", true), ("javascript:alert(1)", false),
        ("JavaScript:https://x", false), (" https://x", false), ("data:text/html,x", false), ("//evil.example", false),
    ])
    func onlyAWebAddressOfAuthentikIsALink(_ url: String, _ isLink: Bool) throws {
        var status = Self.sample.inSync
        status.authentik.url = url
        let links = try page(status).all("a").compactMap { $0.attributes["href"] }.filter { link in
            !["#", "?", "./"].contains { link.hasPrefix($0) }
        }
        #expect(links == (isLink ? [url] : []))
    }

    // Text from elsewhere.

    /// What somebody may write to get more than a text.
    static let hostile = [
        "<script>alert(1)</script>", "</script><script>alert(1)</script>", "\" onmouseover=\"alert(1)",
        "' onmouseover='alert(1)", "<img src=x onerror=alert(1)>", "</style><style>*{display:none}</style>",
        "<!--", "]]>", "&lt;script&gt;", "&#60;b&#62;", "x\" style=\"color:red", "\\\"><b>", "javascript:alert(1)",
        "a\u{202E}gnp.exe", "a\u{0}b\u{1B}[31m", "a\u{2028}b\n\t\r\u{85}c", "\u{FEFF}\u{200B}x", "\u{2066}<\u{2069}",
        "<\u{301}script>", "日本 👩‍🚀 עברית",
    ]

    @Test(arguments: hostile)
    func textNeverBecomesMarkup(_ text: String) throws {
        let harmless = try page(Self.sample.hostile("x"))
        let page = try page(Self.sample.hostile(text))
        #expect(page.skeleton == harmless.skeleton)
        #expect(page.all("script").map(\.raw) == harmless.all("script").map(\.raw))
        #expect(page.all("style").map(\.raw) == harmless.all("style").map(\.raw))
    }

    @Test(arguments: hostile)
    func textIsReadAsItWasWritten(_ text: String) throws {
        let page = try page(Self.sample.hostile(text))
        let isVisible = text.unicodeScalars.allSatisfy {
            ![.control, .format, .lineSeparator].contains($0.properties.generalCategory) || $0 == "\u{200D}"
        }
        guard isVisible else { return }
        let service = try #require(page["service-\(text)failed"])
        #expect(service.all(class: "name").map(\.raw) == [text])
        #expect(service.all(class: "removed").first?.raw == text)
        #expect(service.all(class: "added").first?.raw == "after\(text)")
    }

    @Test func whatCannotBeSeenIsSpelled() throws {
        let text = "a\u{202E}b\u{0}\n\u{200B}"
        let rendered = StatusPage.render(Self.sample.hostile(text))
        let unseen = rendered.unicodeScalars.filter {
            [.control, .format, .lineSeparator].contains($0.properties.generalCategory) && $0 != "\n"
        }
        #expect(unseen.isEmpty)
        let service = try #require(try ParsedHTML(page: rendered)["service-a\\u{202e}b\\u{0}\\u{a}\\u{200b}failed"])
        #expect(service.all(class: "name").map(\.raw) == ["a\\u{202e}b\\u{0}\\u{a}\\u{200b}"])
    }
}
