package import AuthentikAPI
package import JSON
import Secrets

/// Reads the attributes of a table from the rows of a list, one row after the other.
///
/// Rows are much alike: the same flows, scopes and durations. A value that is spelled as in the previous row is shared
/// with that row, which saves time and memory in lists of ten thousand rows.
package struct FieldReader {
    private let table: FieldTable
    /// The attributes of the previous row, in the order of the table.
    private var elements: [JSONElement?]
    private var values: FieldValues

    init(_ table: FieldTable) {
        self.table = table
        elements = Array(repeating: nil, count: table.rows.count)
        values = FieldValues(table)
        for row in table.rows { values[row] = row.absent }
    }

    /// The values of an object; an attribute that is null or missing becomes ``FieldSpec/absent``.
    mutating func read(_ json: JSONElement) throws(JSONMismatch) -> FieldValues {
        for row in table.rows where row.isAttribute {
            let element = json[row.attribute]
            switch (element, elements[row.index]) {
            case (let element?, let before?) where element.isSpelled(like: before): continue
            case (nil, nil) where row.absent != nil: continue
            default: break
            }
            values[row] = try row.value(of: element, in: json) ?? row.absent
            elements[row.index] = element
        }
        return values
    }
}

extension FieldSpec {
    /// - Parameter element: The attribute; nil if the object does not have it.
    fileprivate func value(of element: JSONElement?, in json: JSONElement) throws(JSONMismatch) -> FieldValue? {
        guard let element, !element.isNull || absent == nil else {
            if absent != nil { return nil }
            throw JSONMismatch(json, lacking: attribute)
        }
        switch kind {
        // Text from a web form may have CRLF line ends.
        case .text(let rule) where rule.mayHaveLines:
            return .text(try String(element).replacing("\r\n", with: "\n"))
        case .text, .choice: return .text(try String(element))
        case .flag: return .flag(try Bool(element))
        case .duration: return .duration(try String(element))
        case .words: return .words(try [String](element))
        case .lines: return .lines(text: try String(element))
        // A secret that is not shown consists of asterisks.
        case .secret:
            let text = try String(element)
            return text.isMasked ? nil : .secret(.init(text))
        case .redirectURIs: return .redirectURIs(try [RedirectEntry](element))
        // Part of the redirect URIs.
        case .logoutRedirectURIs: return nil
        case .reference: return .reference(pk: try String(element))
        case .references(.provider):
            return .references(try [Int](element).map { .init(pk: .integer($0), name: "\($0)") })
        case .references: return .references(pks: try [String](element))
        }
    }
}

extension String {
    /// Whether it consists only of asterisks.
    fileprivate var isMasked: Bool { !isEmpty && utf8.allSatisfy { $0 == UInt8(ascii: "*") } }
}

/// An object whose fields are those of a table.
package protocol TabledObject: ListedObject {
    static var fields: FieldTable { get }

    /// - Parameter fields: the reader that has read the previous rows.
    init(_ json: JSONElement, _ fields: inout FieldReader) throws(JSONMismatch)
}

extension TabledObject {
    package init(_ json: JSONElement) throws(JSONMismatch) {
        var fields = FieldReader(Self.fields)
        try self.init(json, &fields)
    }

    package static func rows(of list: JSONElement) throws(JSONMismatch) -> [Self] {
        var fields = FieldReader(Self.fields)
        let rows = try list.items { (row) throws(JSONMismatch) in try Self(row, &fields) }
        guard let rows else { throw JSONMismatch(list, expected: "a list") }
        return rows
    }
}
