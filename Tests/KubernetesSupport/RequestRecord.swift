package import FoundationEssentials
package import JSON

/// A request that was answered.
package struct RequestRecord: Sendable {
    /// When it was answered, by the clock of this machine.
    package let at: Date
    package let method: String
    /// With the query, as it was sent.
    package let path: String
    /// Who asked; nil if the token was wrong, or if it was not looked at.
    package let user: String?
    package let status: Int
    package let contentType: String?
    package let body: [UInt8]
    /// Which connection it came over, counted over the life of the process.
    package let connection: Int

    /// The body as JSON, if it is.
    package var json: JSONValue? { try? JSONValue(parsing: body) }
}
