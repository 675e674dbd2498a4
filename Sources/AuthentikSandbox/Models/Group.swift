import FoundationEssentials
import JSON

/// `authentik_core.group`.
struct Group: Sendable, Codable {
    var pk = UUID()
    var name = ""
    var isSuperuser = false
    var parents: [UUID] = []
    var users: [Int] = []
    var attributes: JSONValue = [:]
    var roles: [UUID] = []

    /// What a user shows of its group, and a binding since 2025.12.
    func summary(_ release: Release) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "pk": pk.json,
            "num_pk": .integer(number),
            "name": .string(name),
            "is_superuser": .bool(isSuperuser),
            "attributes": attributes,
        ]
        if !release.groupsHaveParents {
            fields["parent"] = parents.first.json
            fields["parent_name"] = .null
        }
        return fields
    }

    /// The number that stands for the group where there is no room for a UUID: the first five digits of the UUID.
    private var number: Int {
        // Long division by ten of the 128 bits: the remainders are the decimal digits, the last one first.
        var bytes = withUnsafeBytes(of: pk.uuid) { [UInt8]($0) }
        var digits: [Int] = []
        while bytes.contains(where: { $0 != 0 }) {
            var remainder = 0
            for index in bytes.indices {
                let value = remainder << 8 | Int(bytes[index])
                bytes[index] = UInt8(value / 10)
                remainder = value % 10
            }
            digits.append(remainder)
        }
        return digits.reversed().prefix(5).reduce(0) { $0 * 10 + $1 }
    }
}
