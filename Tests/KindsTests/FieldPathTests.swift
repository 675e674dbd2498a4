import Kinds
import Testing

/// People read the file's names; each field that a file sets has one.
struct FieldPathTests {
    @Test(
        arguments: [
            (ObjectKind.application, "meta_launch_url", "launchURL"),
            (.application, "meta_icon", "icon"),
            (.provider, "name", "providerName"),
            (.provider, "property_mappings", "scopes"),
            (.provider, "client_secret", "secretRef"),
            (.provider, "sub_mode", "subjectMode"),
            (.provider, "jwt_federation_sources", "jwtFederation.sources"),
            (.provider, "internal_host", "forwardAuth.upstream"),
            (.provider, "mode", "forwardAuth.mode"),
            (.provider, "external_host", "host"),
            (.provider, "basic_auth_user_attribute", "forwardAuth.basicAuth.user"),
            (.access, "policies", "access.policies"),
            (.access, "mode", "access.mode"),
            (.outpost, "name", "forwardAuth.outpost"),
            (.mapping, "scope_name", "scope"),
        ]
    ) func `a field is called as in the file`(object: ObjectKind, field: String, path: String) {
        #expect(object.filePath(of: field) == path)
    }

    @Test(
        arguments: [
            (ObjectKind.application, "provider"), (.access, "group 'admins'"), (.published, "clientID"),
            (.published, "metadata.labels.team"), (.provider, "nonsense"),
        ]
    ) func `what no field of the file sets keeps its name`(object: ObjectKind, field: String) {
        #expect(object.filePath(of: field) == nil)
        #expect(FieldChange(object: object, field: field, before: nil, after: .none).filePath == field)
    }

    @Test func `each row of a table that a file sets has a path`() {
        let tables: [(ObjectKind, FieldTable)] = [
            (.application, Application.fields), (.provider, OAuth2Provider.fields), (.provider, ProxyProvider.fields),
            (.mapping, ScopeMapping.fields),
        ]
        for (object, table) in tables {
            for row in table.rows {
                #expect(
                    object.filePath(of: row.attribute)?.hasSuffix(row.name.rawValue) == true
                        || row.name == "externalHost"
                )
            }
        }
    }
}
