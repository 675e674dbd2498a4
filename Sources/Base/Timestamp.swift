package import FoundationEssentials

/// A point in time as in documents: RFC 3339, in UTC, to the millisecond.
package struct Timestamp: Sendable, Hashable, Comparable {
    package var date: Date

    /// Truncated to the millisecond, so that what is written is read back unchanged.
    package init(_ date: Date) {
        // A parsed time may be some nanoseconds short of its millisecond, since seconds are doubles.
        let milliseconds = (date.timeIntervalSince1970 * 1000 + 0.001).rounded(.down)
        self.date = Date(timeIntervalSince1970: milliseconds / 1000)
    }

    package static var now: Timestamp { Timestamp(.now) }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.date < right.date }

    package func advanced(by duration: Duration) -> Timestamp {
        Timestamp(date.addingTimeInterval(duration.inSeconds))
    }

    private static let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// A time written by another program, with or without fractions of a second.
    ///
    /// - Returns: nil for a text that is not RFC 3339.
    package init?(rfc3339 text: String) {
        let date = (try? Self.format.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text))
        guard let date else { return nil }
        self.init(date)
    }
}

extension Timestamp: CustomStringConvertible {
    /// `2026-11-24T13:00:00.123Z`.
    package var description: String {
        // The format truncates as well, and the date may be some nanoseconds short of its millisecond.
        date.addingTimeInterval(0.0005).formatted(Self.format)
    }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let date = try? Self.format.parse(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no RFC 3339 time")
            )
        }
        self.init(date)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Duration {
    /// The duration in seconds, with fractions.
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
