import FoundationEssentials
import JSON

/// What identifies an object in a request body: a number for providers and users, a UUID for everything else.
protocol PrimaryKey: Hashable, Sendable {
    static func parse(_ value: JSONValue) -> Result<Self, InvalidKey>
}

/// Why a value is no key of an existing object, in Authentik's words.
struct InvalidKey: Error {
    let message: String

    static func wrongType(_ value: JSONValue) -> InvalidKey {
        InvalidKey(message: "Incorrect type. Expected pk value, received \(value.pythonType).")
    }
}

extension PrimaryKey {
    /// The key of an object that exists.
    static func find(_ value: JSONValue, exists: (Self) -> Bool) -> Result<Self, InvalidKey> {
        parse(value).flatMap { key in
            exists(key)
                ? .success(key)
                : .failure(InvalidKey(message: "Invalid pk \"\(value.pythonText)\" - object does not exist."))
        }
    }
}

extension Int: PrimaryKey {
    static func parse(_ value: JSONValue) -> Result<Int, InvalidKey> {
        guard let number = value.integer ?? value.string.flatMap({ Int($0.trimmed) }) else {
            return .failure(.wrongType(value))
        }
        return .success(number)
    }
}

extension UUID: PrimaryKey {
    static func parse(_ value: JSONValue) -> Result<UUID, InvalidKey> {
        guard let text = value.string else { return .failure(.wrongType(value)) }
        guard let uuid = UUID(lenient: text) else {
            return .failure(InvalidKey(message: "“\(text)” is not a valid UUID."))
        }
        return .success(uuid)
    }
}
