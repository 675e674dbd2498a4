/// A request as a ``CannedServer`` read it off the wire.
package struct RecordedRequest: Sendable {
    /// Counted from 1 over the life of the server.
    package var number: Int
    /// The connection it came over, counted from 1.
    package var connection: Int
    /// Its place on that connection, counted from 1.
    package var place: Int
    package var method: String
    /// Path and query, as they were sent.
    package var target: String
    package var body: [UInt8]
    fileprivate var fields: [(name: String, value: String)]

    /// The target without its query.
    package var path: String { String(target.prefix { $0 != "?" }) }
    package var bodyText: String { String(decoding: body, as: UTF8.self) }

    /// The first value of a header, whatever the case of its name.
    package func header(_ name: String) -> String? {
        fields.first { $0.name == name.lowercased() }?.value
    }
}

extension RecordedRequest {
    /// Reads a request line and its headers; nil if they make no sense.
    init?(head: some Sequence<UInt8>, number: Int, connection: Int, place: Int) {
        let lines = String(decoding: Array(head), as: UTF8.self).split(separator: "\r\n")
        guard let words = lines.first?.split(separator: " "), words.count == 3 else { return nil }
        self.number = number
        self.connection = connection
        self.place = place
        method = String(words[0])
        target = String(words[1])
        body = []
        fields = lines.dropFirst().map { line in
            let value = line.drop { $0 != ":" }.dropFirst().drop { $0 == " " }
            return (line.prefix { $0 != ":" }.lowercased(), String(value))
        }
    }
}
