/// Writes a value as JSON text (RFC 8259), in UTF-8 and with sorted keys.
struct JSONWriter {
    private static let hexadecimals = Array("0123456789abcdef".utf8)

    /// Whether each member and item gets a line of its own, indented by two spaces per level.
    let isPretty: Bool
    private(set) var bytes: [UInt8] = []
    private var level = 0

    init(pretty: Bool) {
        isPretty = pretty
    }

    /// A string in quotes.
    static func text(of string: String) -> [UInt8] {
        var writer = JSONWriter(pretty: false)
        writer.bytes.reserveCapacity(string.utf8.count + 2)
        writer.writeString(string)
        return writer.bytes
    }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: write("null")
        case .bool(let value): write(value ? "true" : "false")
        case .integer(let value): write(String(value))
        // JSON has no infinities, and parsing never returns one.
        case .double(let value): write(value.isFinite ? String(value) : "null")
        case .string(let value): writeString(value)
        case .array(let items):
            writeList(items, open: "[", close: "]") { $0.write($1) }
        case .object(let members):
            writeList(members.sorted { $0.key < $1.key }, open: "{", close: "}") { writer, member in
                writer.writeString(member.key)
                writer.write(writer.isPretty ? ": " : ":")
                writer.write(member.value)
            }
        }
    }

    private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func writeList<Item>(
        _ items: [Item],
        open: String,
        close: String,
        _ writeItem: (inout JSONWriter, Item) -> Void
    ) {
        write(open)
        level += 1
        for (index, item) in items.enumerated() {
            if index > 0 { write(",") }
            breakLine()
            writeItem(&self, item)
        }
        level -= 1
        if !items.isEmpty { breakLine() }
        write(close)
    }

    private mutating func breakLine() {
        guard isPretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }

    private mutating func writeString(_ text: String) {
        write("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): write("\\\"")
            case UInt8(ascii: "\\"): write("\\\\")
            case UInt8(ascii: "\n"): write("\\n")
            case UInt8(ascii: "\r"): write("\\r")
            case UInt8(ascii: "\t"): write("\\t")
            case 0..<0x20:
                write("\\u00")
                bytes.append(Self.hexadecimals[Int(byte >> 4)])
                bytes.append(Self.hexadecimals[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        write("\"")
    }
}
