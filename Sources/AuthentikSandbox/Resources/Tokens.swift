import FoundationEssentials
import JSON

/// `/core/tokens/`, looked up by identifier; a token's key is shown at a path of its own.
enum Tokens: EditableResource {
    static let app = "authentik_core"
    static let modelName = "token"
    static let model = "Token"
    static let ordering = "identifier"

    static func rows(in store: inout Store) -> [Token] { store.tokens.inOrder() }
    static func rowsByKey(in store: inout Store) -> [Token] { store.tokens.inOrderOfKeys() }

    static func row(_ key: String, in store: Store) -> Token? {
        store.indexes.tokenByIdentifier[key].flatMap { store.tokens[$0] }
    }

    static func filter(_ filter: inout Filter<Token>, in store: Store) {
        filter.text("identifier") { $0.identifier }
        filter.choice("intent") { $0.intent }
        filter.text("user__username") { store.users[$0.user]?.username }
        filter.search { [$0.identifier, store.users[$0.user]?.username ?? "", $0.description] }
    }

    static func sortKey(_ field: String) -> ((Token) -> SortKey)? {
        field == "identifier" ? { .text($0.identifier) } : nil
    }

    static func json(_ row: Token, _ request: APIRequest, in store: Store) -> JSONValue {
        [
            "pk": row.pk.json,
            "managed": nil,
            "identifier": .string(row.identifier),
            "intent": .string(row.intent.rawValue),
            "user": .integer(row.user),
            "user_obj": store.users[row.user]?.json(in: store) ?? .null,
            "description": .string(row.description),
            "expires": row.expires.json,
            "expiring": .bool(row.isExpiring),
        ]
    }

    static func validate(_ body: JSONValue, into draft: inout Token, partial: Bool, in store: Store) throws(Refusal) {
        let pk = draft.pk
        var fields = try Validator(body, partial: partial)
        fields.text("identifier", into: &draft.identifier, required: true, blank: false, maximum: 255) { identifier in
            if !Applications.isSlug(identifier) { return store.release.invalidSlug }
            guard let other = store.indexes.tokenByIdentifier[identifier], other != pk else { return nil }
            return "This field must be unique."
        }
        fields.choice("intent", into: &draft.intent)
        var user: Int? = draft.user
        fields.reference("user", into: &user, nullable: false, exists: { store.users.contains($0) })
        draft.user = user ?? draft.user
        fields.text("description", into: &draft.description)
        fields.flag("expiring", into: &draft.isExpiring)
        try fields.finish()
    }

    /// Belongs to its creator unless the request names another user.
    static func blank(in store: inout Store) -> Token { Token(user: store.auditContext?.actor?.pk ?? 0) }

    static func insert(_ row: Token, in store: inout Store) { store.replace(nil, with: row) }

    static func replace(_ old: Token, with new: Token, in store: inout Store) { store.replace(old, with: new) }

    static func delete(_ row: Token, in store: inout Store) { store.replace(row, with: nil) }

    /// The key itself; viewing it is logged.
    static func viewKey(_ request: APIRequest, in store: inout Store) throws(Refusal) -> APIResponse {
        let token = try find(request, in: store)
        store.record(.secretView, app: "authentik.core.api.tokens", context: ["secret": token.audited.json])
        return .ok(["key": .string(token.key)])
    }
}
