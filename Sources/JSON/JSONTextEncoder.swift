/// Writes documents as JSON text with sorted keys, without a tree of values in between: of ten thousand services such a tree
/// would be many times as large as the text.
///
/// The text is what `JSONEncoder`, ``JSONValue/init(parsing:)`` and ``JSONValue/serialized(pretty:)`` make of the same
/// value, for values of strings, numbers, truth values, lists and objects. Dates and data have to encode themselves as one
/// of these.
package enum JSONTextEncoder {
    /// The text of a value, a line for each member and item.
    ///
    /// - Parameter level: how deep the value stands in what it becomes a part of; its first line is not indented.
    /// - Throws: what the value's own `encode(to:)` throws.
    package static func pretty(_ value: some Encodable, level: Int = 0) throws -> [UInt8] {
        try TextNode.text(of: value, level: level)
    }
}

/// One value that is being written; each value in it has a node of its own.
private final class TextNode: Encoder {
    /// A value that is written, or one that is not yet: a container in a container is filled later.
    enum Part {
        case text([UInt8])
        case node(TextNode)

        fileprivate var text: [UInt8] {
            switch self {
            case .text(let text): text
            case .node(let node): node.text
            }
        }
    }

    private enum Content {
        case nothing
        case text([UInt8])
        case array([Part])
        case object([(key: String, value: Part)])
    }

    let level: Int
    private var content = Content.nothing
    // No value that is written asks where it stands.
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    private init(level: Int) {
        self.level = level
    }

    static func text<Value: Encodable>(of value: Value, level: Int) throws -> [UInt8] {
        switch value {
        case let text as String: return JSONWriter.text(of: text)
        case let number as Int: return Array(String(number).utf8)
        case let isTrue as Bool: return text(of: isTrue)
        case let number as Double: return text(of: number)
        default:
            let node = TextNode(level: level)
            try value.encode(to: node)
            return node.text
        }
    }

    static func text(of value: Bool) -> [UInt8] { Array((value ? "true" : "false").utf8) }

    /// Whole numbers without a fraction; JSON has no infinities.
    static func text(of value: Double) -> [UInt8] {
        guard value.isFinite else { return Array("null".utf8) }
        let text = String(value)
        return Array((text.hasSuffix(".0") ? text.dropLast(2) : text[...]).utf8)
    }

    func set(_ text: [UInt8]) { content = .text(text) }

    func append(_ item: Part) {
        if case .array(var items) = content {
            content = .nothing
            items.append(item)
            content = .array(items)
        } else {
            content = .array([item])
        }
    }

    func append(_ key: String, _ value: Part) {
        if case .object(var members) = content {
            content = .nothing
            members.append((key, value))
            content = .object(members)
        } else {
            content = .object([(key, value)])
        }
    }

    /// A node for a value in this one.
    func child() -> TextNode { TextNode(level: level + 1) }

    var itemCount: Int { if case .array(let items) = content { items.count } else { 0 } }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .nothing = content { content = .object([]) }
        return KeyedEncodingContainer(MemberContainer(node: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .nothing = content { content = .array([]) }
        return ItemContainer(node: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { ValueContainer(node: self) }

    // MARK: - The text

    private var text: [UInt8] {
        switch content {
        case .nothing: return Array("null".utf8)
        case .text(let text): return text
        case .array(let items): return list(items, "[", "]") { $1 += $0.text }
        case .object(let members):
            return list(members.sorted { $0.key < $1.key }, "{", "}") { member, text in
                text += JSONWriter.text(of: member.key)
                text += ": ".utf8
                text += member.value.text
            }
        }
    }

    private func list<Item>(
        _ items: [Item],
        _ open: Unicode.Scalar,
        _ close: Unicode.Scalar,
        _ write: (Item, inout [UInt8]) -> Void
    ) -> [UInt8] {
        var text = [UInt8(ascii: open)]
        for (index, item) in items.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            breakLine(level + 1, &text)
            write(item, &text)
        }
        if !items.isEmpty { breakLine(level, &text) }
        text.append(UInt8(ascii: close))
        return text
    }

    private func breakLine(_ level: Int, _ text: inout [UInt8]) {
        text.append(UInt8(ascii: "\n"))
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }
}

private struct MemberContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: TextNode
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { node.append(key.stringValue, .text(Array("null".utf8))) }

    func encode(_ value: String, forKey key: Key) { node.append(key.stringValue, .text(JSONWriter.text(of: value))) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        node.append(key.stringValue, .text(try TextNode.text(of: value, level: node.level + 1)))
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        let child = node.child()
        node.append(key.stringValue, .node(child))
        return child.container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        let child = node.child()
        node.append(key.stringValue, .node(child))
        return child.unkeyedContainer()
    }

    func superEncoder() -> any Encoder { node }
    func superEncoder(forKey key: Key) -> any Encoder { node }
}

private struct ItemContainer: UnkeyedEncodingContainer {
    let node: TextNode
    var codingPath: [any CodingKey] { [] }
    var count: Int { node.itemCount }

    func encodeNil() { node.append(.text(Array("null".utf8))) }

    func encode<Value: Encodable>(_ value: Value) throws {
        node.append(.text(try TextNode.text(of: value, level: node.level + 1)))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        let child = node.child()
        node.append(.node(child))
        return child.container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let child = node.child()
        node.append(.node(child))
        return child.unkeyedContainer()
    }

    func superEncoder() -> any Encoder { node }
}

private struct ValueContainer: SingleValueEncodingContainer {
    let node: TextNode
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { node.set(Array("null".utf8)) }

    func encode<Value: Encodable>(_ value: Value) throws {
        node.set(try TextNode.text(of: value, level: node.level))
    }
}
