/// Whose token it is, as `GET /core/users/me/` tells.
package struct Account: Sendable, Equatable {
    package var username: String
    package var isSuperuser: Bool
    /// Its roles, those of its groups included; nil in a release that does not tell, before 2025.12.
    package var roles: [RoleRecord]?
}

extension Account: Decodable {
    private enum CodingKeys: String, CodingKey {
        case user
    }

    private enum UserKeys: String, CodingKey {
        case username
        case isSuperuser = "is_superuser"
        case roles
    }

    package init(from decoder: any Decoder) throws {
        let user = try decoder.container(keyedBy: CodingKeys.self)
            .nestedContainer(keyedBy: UserKeys.self, forKey: .user)
        username = try user.decode(String.self, forKey: .username)
        isSuperuser = try user.decodeIfPresent(Bool.self, forKey: .isSuperuser) ?? false
        roles = try user.decodeIfPresent([RoleRecord].self, forKey: .roles)
    }
}
