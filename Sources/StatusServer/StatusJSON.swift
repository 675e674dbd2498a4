import Reconciling
import Reporting
import Status

/// A status as JSON text, put together from parts so that only what changed is encoded again.
///
/// Most of a status are its services, and from one pass to the next few of them change: a thousand that stay as they are
/// cost a comparison each.
struct StatusJSON {
    private struct Part {
        var service: ServiceStatus
        /// As it stands in the list, without a comma.
        var bytes: [UInt8]
    }

    /// Where the list of services stands in a document without any, by its indentation.
    private static let emptyList = Array("\n  \"services\": []".utf8)

    private var parts: [String: Part] = [:]

    /// The text of `JSONText` for a document, with a line break at its end.
    mutating func render(_ document: StatusDocument) -> [UInt8] {
        var head = document
        head.services = []
        let frame = Array("\(JSONText.of(head))\n".utf8)
        guard !document.services.isEmpty, let list = frame.firstRange(of: Self.emptyList) else { return frame }
        var bytes = Array(frame[..<(list.upperBound - 1)])
        var parts: [String: Part] = [:]
        parts.reserveCapacity(document.services.count)
        for (index, service) in document.services.enumerated() {
            let part = part(service)
            parts[service.slug] = part
            bytes += index == 0 ? "\n".utf8 : ",\n".utf8
            bytes += part.bytes
        }
        self.parts = parts
        bytes += "\n  ".utf8
        bytes += frame[(list.upperBound - 1)...]
        return bytes
    }

    private func part(_ service: ServiceStatus) -> Part {
        if let part = parts[service.slug], part.service == service { return part }
        let lines = JSONText.of(service).split(separator: "\n").map { "    \($0)" }
        return Part(service: service, bytes: Array(lines.joined(separator: "\n").utf8))
    }
}
