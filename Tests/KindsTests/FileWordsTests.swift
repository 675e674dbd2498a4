import Kinds
import Testing

/// People read the file's names; each field that a file sets has one.
struct FileWordsTests {
    @Test(
        arguments: [
            (ObjectKind.application, "meta_launch_url", "launchURL"),
            (.application, "meta_icon", "icon"),
            (.provider, "name", "providerName"),
            (.provider, "property_mappings", "scopes"),
            (.provider, "client_secret", "clientSecret"),
            (.provider, "sub_mode", "subjectMode"),
            (.provider, "jwt_federation_sources", "jwtFederation.sources"),
            (.provider, "internal_host", "upstream"),
            (.provider, "basic_auth_user_attribute", "basicAuth.user"),
            (.access, "policies", "policies"),
            (.outpost, "name", "outpost"),
            (.mapping, "scope_name", "scope"),
        ]
    ) func `a field is called as in the file`(object: ObjectKind, field: String, name: String) {
        #expect(object.fileName(of: field) == name)
        #expect(FieldChange(object: object, field: field, before: nil, after: .none).fileField == name)
    }

    @Test(
        arguments: [
            (ObjectKind.application, "provider"), (.access, "group 'admins'"), (.published, "clientID"),
            (.published, "metadata.labels.team"), (.provider, "nonsense"),
        ]
    ) func `what no field of the file sets keeps its name`(object: ObjectKind, field: String) {
        #expect(object.fileName(of: field) == field)
    }

    @Test(
        arguments: [
            ("redirect_uris", "strict https://a.example.net/b", "https://a.example.net/b"),
            ("redirect_uris", "regex https://.*", "https://.* (regex)"),
            ("mode", "forward_single", "single"),
            ("name", "strict x", "strict x"),
        ]
    ) func `a value is shown as the file has it`(field: String, shown: String, words: String) {
        #expect(ObjectKind.provider.fileWords(shown, of: field) == words)
    }

    @Test func `each row of a table is called by its name`() {
        let tables: [(ObjectKind, FieldTable)] = [
            (.application, Application.fields), (.provider, OAuth2Provider.fields), (.mapping, ScopeMapping.fields),
        ]
        for (object, table) in tables {
            for row in table.rows where !row.isSecret {
                #expect(object.fileName(of: row.attribute) == row.name.rawValue)
            }
        }
    }
}
