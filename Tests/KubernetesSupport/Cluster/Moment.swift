import FoundationEssentials

/// Times as the API writes and reads them.
enum Moment {
    /// Now, in whole seconds (RFC 3339).
    static var now: String { Date.now.formatted(.iso8601) }

    /// Go's layout of a `MicroTime`, in the pieces that Go reads one after the other.
    private static let layout = ["2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05", ".000000", "Z07:00"]

    /// What Go says of a text that is no `MicroTime`; nil of one that is.
    ///
    /// It needs exactly six digits behind the point:
    /// https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/micro_time.go
    static func complaint(about text: String) -> String? {
        let characters = Array(text.utf8)
        var rest = characters[...]
        for piece in layout {
            guard let length = length(of: piece, in: rest) else {
                let quoted = String(decoding: rest, as: UTF8.self)
                return "parsing time \"\(text)\" as \"\(layout.joined())\": cannot parse \"\(quoted)\" as \"\(piece)\""
            }
            rest = rest.dropFirst(length)
        }
        guard !rest.isEmpty else { return nil }
        return "parsing time \"\(text)\": extra text: \"\(String(decoding: rest, as: UTF8.self))\""
    }

    /// How many bytes a piece of the layout takes; nil if they are not there.
    private static func length(of piece: String, in text: ArraySlice<UInt8>) -> Int? {
        let isDigit: (UInt8) -> Bool = { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        switch piece {
        case "Z07:00":
            if text.first == UInt8(ascii: "Z") { return 1 }
            let offset = Array(text.prefix(6))
            guard offset.count == 6, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(offset[0]) else { return nil }
            guard offset[3] == UInt8(ascii: ":"), [1, 2, 4, 5].allSatisfy({ isDigit(offset[$0]) }) else { return nil }
            return 6
        case ".000000":
            guard text.first == UInt8(ascii: "."), text.count >= 7, text.dropFirst().prefix(6).allSatisfy(isDigit)
            else {
                return nil
            }
            return 7
        case _ where piece.utf8.allSatisfy(isDigit):
            let digits = text.prefix(piece.utf8.count)
            return digits.count == piece.utf8.count && digits.allSatisfy(isDigit) ? digits.count : nil
        default:
            return text.starts(with: piece.utf8) ? piece.utf8.count : nil
        }
    }
}
