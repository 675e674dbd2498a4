import Base

/// Removes secrets from foreign text, however they are quoted there.
///
/// It finds a secret itself; with backslashes or as `\u0041` (JSON, Go), percent-encoded (URLs, forms), or with
/// entities (HTML); and in base64 with both alphabets, even in the middle of something longer such as `user:secret`.
/// Bytes are compared, so a combining mark or joiner after a secret does not hide it.
package struct SecretMask: Sendable {
    private let needles: [Needle]

    package init(_ secrets: [Secret]) {
        needles = secrets.flatMap { Needle.all(of: $0.exposed) }
    }

    /// The text, with `(secret)` in place of each secret.
    package func callAsFunction(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var found: [Range<Int>] = []
        for start in bytes.indices {
            for needle in needles {
                guard let range = needle.range(in: bytes, at: start) else { continue }
                if let last = found.last, range.lowerBound < last.upperBound {
                    let begin = min(last.lowerBound, range.lowerBound)
                    found[found.count - 1] = begin..<max(last.upperBound, range.upperBound)
                } else {
                    found.append(range)
                }
            }
        }
        guard !found.isEmpty else { return text }
        var shown: [UInt8] = []
        var end = 0
        for range in found {
            shown += bytes[end..<range.lowerBound] + Array("(secret)".utf8)
            end = range.upperBound
        }
        shown += bytes[end...]
        return String(decoding: shown, as: UTF8.self)
    }
}

/// One form of a secret to look for.
private struct Needle: Sendable {
    /// The minimum length of a secret to be searched for in base64: shorter ones match any text.
    private static let shortestEncoded = 4

    private let scalars: [Unicode.Scalar]
    /// The possible first bytes, if it is not quoted.
    private var firsts: [UInt8]
    private var isBase64 = false
    /// Whether the adjacent base64 letters contain some bits of the secret.
    private var spills = (before: false, after: false)

    private init?(_ scalars: [Unicode.Scalar]) {
        guard let scalar = scalars.first, let first = UTF8.encode(scalar)?.first else { return nil }
        self.scalars = scalars
        firsts = [first]
    }

    /// The secret itself, without surrounding white space, which Authentik trims; and in base64 at each of the three
    /// possible offsets within a group.
    static func all(of secret: String) -> [Needle] {
        let scalars = Array(secret.unicodeScalars)
        guard let begin = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace }),
            let plain = Needle(Array(scalars[begin...end]))
        else { return [] }
        let bytes = plain.scalars.flatMap { UTF8.encode($0).map(Array.init) ?? [] }
        guard bytes.count >= shortestEncoded else { return [plain] }
        return [plain] + (0...2).compactMap { encoded(bytes, after: $0) }
    }

    private static func encoded(_ bytes: [UInt8], after count: Int) -> Needle? {
        let bits = 8 * count..<8 * (count + bytes.count)
        let letters = Base64.letters([UInt8](repeating: 0, count: count) + bytes)
        // Only complete letters.
        var needle = Needle(Array(letters[(bits.lowerBound + 5) / 6..<bits.upperBound / 6]))
        needle?.isBase64 = true
        needle?.firsts += "-_".utf8
        needle?.spills = (bits.lowerBound % 6 != 0, bits.upperBound % 6 != 0)
        return needle
    }

    func range(in text: [UInt8], at start: Int) -> Range<Int>? {
        guard firsts.contains(text[start]) || Quoting.marks.contains(text[start]) else { return nil }
        for quoting in Quoting.allCases {
            guard let end = end(in: text, from: start, quoting) else { continue }
            let begin = spills.before && start > 0 && Base64.isLetter(text[start - 1]) ? start - 1 : start
            return begin..<(spills.after && end < text.count && Base64.isLetter(text[end]) ? end + 1 : end)
        }
        return nil
    }

    private func end(in text: [UInt8], from start: Int, _ quoting: Quoting) -> Int? {
        var place = start
        for scalar in scalars {
            guard let width = width(of: scalar, in: text, at: place, quoting) else { return nil }
            place += width
        }
        return place
    }

    private func width(of scalar: Unicode.Scalar, in text: [UInt8], at place: Int, _ quoting: Quoting) -> Int? {
        if let width = quoting.width(of: scalar, in: text[place...]) { return width }
        guard isBase64 else { return nil }
        return switch scalar {
        case "+": quoting.width(of: "-", in: text[place...])
        case "/": quoting.width(of: "_", in: text[place...])
        default: nil
        }
    }
}
