import AuthentikAPI
import JSON
import Kinds
import Secrets
import Testing

/// What the tables of fields promise to those who are made of them.
struct FieldTableTests {
    private static let tables = [("application", Application.fields), ("provider", OAuth2Provider.fields)]

    @Test func `marks and changes have the fields in this order`() {
        #expect(
            Application.fields.rows.map(\.attribute) == [
                "name", "slug", "group", "meta_description", "meta_publisher", "meta_icon", "meta_launch_url",
                "meta_hide", "open_in_new_tab",
            ]
        )
        #expect(
            OAuth2Provider.fields.rows.map(\.attribute) == [
                "name", "client_type", "client_id", "client_secret", "redirect_uris", "logout_redirect_uris",
                "property_mappings", "signing_key", "encryption_key", "authorization_flow", "invalidation_flow",
                "authentication_flow",
                "access_code_validity", "access_token_validity", "refresh_token_validity", "refresh_token_threshold",
                "sub_mode",
                "issuer_mode", "include_claims_in_id_token", "logout_uri", "logout_method", "grant_types",
                "jwt_federation_providers", "jwt_federation_sources",
            ]
        )
    }

    @Test(arguments: tables) func `each row has its place, a name of its own and a text for people`(
        name: String,
        table: FieldTable
    ) {
        #expect(table.rows.map(\.index) == Array(table.rows.indices))
        #expect(Set(table.rows.map(\.name)).count == table.rows.count)
        for row in table.rows {
            #expect(table[row.name].index == row.index && table.row(attribute: row.attribute)?.name == row.name)
            #expect(row.doc.hasSuffix(".") && row.doc.count > 20, "\(name).\(row.name.rawValue)")
        }
        #expect(table.row(attribute: "nonsense") == nil)
    }

    /// The file has both kinds of rows in one mapping.
    @Test func `no name of the file is in both tables`() {
        let names = Self.tables.flatMap { $0.1.rows.map(\.name) }
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: tables) func `defaults are values that the field can have`(name: String, table: FieldTable) {
        for row in table.rows {
            guard let value = row.fallback(slug: "grafana"), !value.isNone else { continue }
            switch (row.kind, value) {
            // An empty text is nothing, whether a file may say so or not.
            case (.text(let rule), .text(let text)): #expect(text.isEmpty || rule.check(text) == nil)
            case (.choice(let words), .text(let word)): #expect(words.contains(word))
            case (.words(let words), .words(let some)): #expect(some.allSatisfy(words.contains))
            case (.duration, .duration(let text)): #expect(TextRule.duration.check(text) == nil)
            case (.flag, .flag), (.reference, .reference), (.references, .references): break
            case (.logoutRedirectURIs, .redirectURIs(let entries, _)): #expect(entries.isEmpty)
            default: Issue.record("\(name).\(row.name.rawValue) has a default of another kind")
            }
        }
    }

    @Test(
        arguments: [
            ("2024.12.5", []), ("2025.8.1", []), ("2025.10.0", ["refreshTokenThreshold", "logoutURI", "logoutMethod"]),
            ("2025.12.4", ["icon", "refreshTokenThreshold", "logoutURI", "logoutMethod"]),
            ("2026.2.0", ["icon", "refreshTokenThreshold", "logoutURI", "logoutMethod"]),
            (
                "2026.5.0-rc1",
                [
                    "icon", "hidden", "logoutRedirectURIs", "refreshTokenThreshold", "logoutURI", "logoutMethod",
                    "grantTypes",
                ]
            ),
            (
                "2027.1.0",
                [
                    "icon", "hidden", "logoutRedirectURIs", "refreshTokenThreshold", "logoutURI", "logoutMethod",
                    "grantTypes",
                ]
            ),
        ] as [(String, [FieldName])]
    )
    func `a release takes some fields and not others`(text: String, taken: [FieldName]) throws {
        let release = try #require(Release(text))
        let rows = Self.tables.flatMap { $0.1.rows(in: release) }
        #expect(rows.filter { $0.since != nil }.map(\.name) == taken)
        #expect(rows.count == Self.tables.flatMap { $0.1.rows }.filter { $0.since == nil }.count + taken.count)
    }

    @Test func `people read of some rows first`() {
        let names = Application.fields.inReadingOrder.map(\.name)
        #expect(names.prefix(3) == ["slug", "name", "group"] && names.count == Application.fields.rows.count)
    }
}

/// What is made of an answer.
struct ObservedValueTests {
    private func decode<Row: JSONReadable>(_ json: String) throws -> Row {
        try Row(try JSONElement(parsing: Array(json.utf8)))
    }

    @Test func `every kind of value`() throws {
        let provider: OAuth2Provider = try decode(
            """
            {"pk": 7, "name": "grafana", "client_type": "public", "client_id": "g", "client_secret": "s3cret",
             "redirect_uris": [{"matching_mode": "strict", "url": "https://a"}], "property_mappings": ["b", "a"],
             "signing_key": "k", "access_token_validity": "hours=2", "include_claims_in_id_token": false,
             "grant_types": ["implicit"], "assigned_application_slug": "x", "of_the_future": {}}
            """
        )
        #expect(provider.name == "grafana" && provider.clientID == "g" && provider.clientType == "public")
        #expect(provider.clientSecret?.exposed == "s3cret")
        #expect(provider.redirectURIs == [.init(matchingMode: "strict", url: "https://a")])
        #expect(provider["scopes"].means(.references(pks: ["a", "b"])))
        #expect(provider["signingKey"] == .reference(pk: "k"))
        #expect(provider["accessTokenValidity"].means(.duration("minutes=120")))
        #expect(provider["includeClaimsInIDToken"] == .flag(false))
        #expect(provider["grantTypes"] == .words(["implicit"]))
        #expect(provider["logoutURI"].isNone && provider["encryptionKey"].isNone)
        #expect(provider.isLinked && !"\(provider)".contains("s3cret"))
    }

    @Test func `lines that a web form made end as others do`() throws {
        let mapping: ScopeMapping = try decode(
            #"{"pk": "m", "name": "n", "scope_name": "s", "description": "a\r\nb", "expression": "if 1:\r\n  return {}\r\n"}"#
        )
        #expect(mapping.expression.utf8.elementsEqual("if 1:\n  return {}\n".utf8))
        #expect(mapping.values[ScopeMapping.Row.description] == .text("a\nb"))
        #expect(mapping.values.held(ScopeMapping.Row.expression).means(.text("if 1:\n  return {}")))
    }

    @Test func `what an answer leaves out`() throws {
        let application: Application = try decode(#"{"pk": "a", "slug": "s", "name": "n", "meta_icon": null}"#)
        #expect(application.slug == "s" && application.name == "n" && application.launchURL == "")
        #expect(application["icon"] == .text("") && application["openInNewTab"] == .flag(false))
        let provider: OAuth2Provider = try decode(#"{"pk": 1, "name": "n", "client_secret": null}"#)
        #expect(provider.clientType == "confidential" && provider.clientID == "" && provider.clientSecret == nil)
        #expect(provider.redirectURIs == [] && provider["scopes"].references == [])
        // Asterisks stand for a secret that is not shown.
        let masked: OAuth2Provider = try decode(#"{"pk": 1, "name": "n", "client_secret": "********"}"#)
        #expect(masked.clientSecret == nil)
        let shown: OAuth2Provider = try decode(#"{"pk": 1, "name": "n", "client_secret": "**a**"}"#)
        #expect(shown.clientSecret?.exposed == "**a**")
    }

    @Test(arguments: [#"{"pk": 1}"#, #"{"pk": 1, "name": null}"#, #"{"pk": 1, "name": "n", "sub_mode": 7}"#])
    func `what is garbled`(json: String) {
        #expect(throws: JSONMismatch.self) { let _: OAuth2Provider = try decode(json) }
    }
}
