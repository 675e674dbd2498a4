import CurlTransport
import JSON

/// Compares recorded answers with those of a stand-in.
///
/// Uids, versions and generated names cannot be equal; they are matched up one to one. Times need only be times.
struct Comparison {
    /// What stands for a recorded value, by the member it stands in.
    private var matches: [String: [String: String]] = [:]

    /// A recorded path or body with the stand-in's own values.
    func translated(_ text: String) -> String {
        var text = text
        for (old, new) in matches["name"] ?? [:] { text = text.replacing(old, with: new) }
        if let (old, new) = matches["resourceVersion"]?.first(where: { text.contains("resourceVersion=\($0.key)&") }) {
            text = text.replacing("resourceVersion=\(old)&", with: "resourceVersion=\(new)&")
        }
        return text
    }

    func translated(_ value: JSONValue, _ name: String = "") -> JSONValue {
        switch value {
        case .object(let members):
            .object(Dictionary(uniqueKeysWithValues: members.map { ($0.key, translated($0.value, $0.key)) }))
        case .array(let items): .array(items.map { translated($0) })
        case .string(let text): .string(matches[name]?[text] ?? text)
        default: value
        }
    }

    /// How an answer differs from the recorded one; empty if it does not.
    mutating func differences(_ exchange: Recording.Exchange, _ answer: Client.Answer) -> [String] {
        var differences: [String] = []
        if answer.status != exchange.status { differences.append("status \(answer.status), not \(exchange.status)") }
        if answer.headers["content-type"] != exchange.mediaType {
            differences.append("content type \(answer.headers["content-type"] ?? "none")")
        }
        let body: JSONValue? =
            if exchange.isWatch {
                .array(answer.lines)
            } else if exchange.body["__text__"] != nil {
                ["__text__": .string(answer.text)]
            } else {
                answer.json
            }
        compare(exchange.body, body, "", &differences, name: "")
        return differences
    }

    private mutating func compare(
        _ old: JSONValue?,
        _ new: JSONValue?,
        _ place: String,
        _ differences: inout [String],
        name: String
    ) {
        switch (old, new) {
        case (.object(let olds)?, .object(let news)?):
            for member in Set(olds.keys).union(news.keys).sorted() {
                let isGenerated = member == "name" && olds["generateName"] != nil
                compare(
                    olds[member],
                    news[member],
                    "\(place).\(member)",
                    &differences,
                    name: member == "name" && !isGenerated ? "" : member
                )
            }
        case (.array(let olds)?, .array(let news)?) where olds.count == news.count:
            for index in olds.indices {
                compare(olds[index], news[index], "\(place)[\(index)]", &differences, name: "")
            }
        case (.string(let old)?, .string(let new)?):
            switch name {
            case "uid", "resourceVersion", "name":
                if matches[name, default: [:]][old, default: new] != new {
                    differences.append("\(place): \(new), where another stood for \(old)")
                }
                matches[name, default: [:]][old] = new
            case "time", "creationTimestamp":
                if new.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) == nil {
                    differences.append("\(place): \(new) is no time")
                }
            default:
                if old != new { differences.append("\(place): \(new), not \(old)") }
            }
        default:
            if old != new { differences.append("\(place): \(Self.text(new)), not \(Self.text(old))") }
        }
    }

    private static func text(_ value: JSONValue?) -> String {
        value.map { String(decoding: $0.serialized(), as: UTF8.self) } ?? "nothing"
    }
}
