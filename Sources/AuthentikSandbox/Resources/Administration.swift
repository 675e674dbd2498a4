import JSON

/// What the installation tells about itself and about the caller.
enum Installation {
    static let version = "2025.12.4"

    static func health(_ request: APIRequest, in store: inout Store) -> APIResponse {
        APIResponse(200, .emptyHTML)
    }

    static func version(_ request: APIRequest, in store: inout Store) -> APIResponse {
        .ok([
            "version_current": .string(version),
            "version_latest": .string(version),
            "version_latest_valid": true,
            "build_hash": "",
            "outdated": false,
            "outpost_outdated": false,
        ])
    }

    /// The caller, at `/core/users/me/`.
    static func me(_ request: APIRequest, in store: inout Store) -> APIResponse {
        let user = store.administrator
        let groups = store.groups.inOrder().filter { $0.users.contains(user.pk) }
        return .ok([
            "user": [
                "pk": .integer(user.pk),
                "username": .string(user.username),
                "name": .string(user.name),
                "is_active": true,
                "is_superuser": .bool(user.isSuperuser),
                "groups": .array(groups.map { ["name": .string($0.name), "pk": $0.pk.json] }),
                "roles": [],
                "email": .string(user.email),
                "avatar": "/static/dist/assets/images/user_default.png",
                "uid": .string(user.uid),
                "settings": [:],
                "type": "internal",
                "system_permissions": [],
            ]
        ])
    }
}
