package import AuthentikAPI
import JSON
import Secrets

/// The fields of a kind of object, in the order in which changes are shown and sent.
package struct FieldTable: Sendable {
    package let rows: [FieldSpec]
    /// The rows in the order in which people read of them, and in which a file has them.
    package let inReadingOrder: [FieldSpec]
    private let byName: [FieldName: Int]
    private let byAttribute: [String: Int]

    /// - Parameter readFirst: which people read of before the others.
    package init(_ rows: [FieldSpec], readFirst: [FieldName] = []) {
        let rows = rows.enumerated().map { FieldSpec($1, at: $0) }
        byName = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0.index) })
        byAttribute = Dictionary(uniqueKeysWithValues: rows.map { ($0.attribute, $0.index) })
        self.rows = rows
        let first = readFirst.compactMap { name in rows.first { $0.name == name } }
        inReadingOrder = first + rows.filter { !readFirst.contains($0.name) }
    }

    /// A row that code asks for by its name, which the table is sure to have.
    package subscript(name: FieldName) -> FieldSpec {
        guard let index = byName[name] else { preconditionFailure("the table has no row '\(name.rawValue)'") }
        return rows[index]
    }

    /// The row of one of Authentik's attributes; nil for one that is not managed.
    package func row(attribute: String) -> FieldSpec? { byAttribute[attribute].map { rows[$0] } }

    /// The rows that a release takes.
    package func rows(in release: Release) -> [FieldSpec] { rows.filter { $0.exists(in: release) } }

    /// The releases, up to this one, that brought fields: the upgrades that an object may have been through.
    package func upgrades(to release: Release) -> [Release] {
        Set(rows.compactMap(\.since)).filter { $0 <= release }.sorted()
    }

    /// The rows that a release takes and that are attributes of their own.
    package func attributes(in release: Release) -> [FieldSpec] { rows(in: release).filter(\.isAttribute) }
}

/// The values of an object, or what is declared of one: a place for each row of its table.
///
/// An array, since ten thousand of them are held at once.
package struct FieldValues: Sendable, Equatable {
    private var places: [FieldValue?]

    /// None at all.
    package init(_ table: FieldTable) {
        places = Array(repeating: nil, count: table.rows.count)
    }

    package subscript(field: FieldSpec) -> FieldValue? {
        get { places[field.index] }
        set { places[field.index] = newValue }
    }
}

extension FieldValues {
    /// What an object holds of a field.
    package func held(_ field: FieldSpec) -> FieldValue { self[field] ?? field.absent ?? FieldValue.none }

    /// The text in a place; nil where there is none.
    package func text(_ field: FieldSpec) -> String? { self[field]?.text }
}

// MARK: - Decoding

/// One of Authentik's attributes, as the key of a JSON object.
struct AttributeKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init(stringLiteral value: String) {
        stringValue = value
    }

    init?(intValue: Int) { nil }
}

extension FieldValues {
    /// Reads the attributes of a table from an answer; one that is null or not there becomes ``FieldSpec/absent``.
    init(_ table: FieldTable, in members: KeyedDecodingContainer<AttributeKey>) throws {
        places = try table.rows.map { try $0.value(in: members) ?? $0.absent }
    }
}

extension FieldSpec {
    fileprivate func value(in members: KeyedDecodingContainer<AttributeKey>) throws -> FieldValue? {
        let key = AttributeKey(stringValue: attribute)
        func text() throws -> String? { try members.decodeIfPresent(String.self, forKey: key) }
        func texts() throws -> [String]? { try members.decodeIfPresent([String].self, forKey: key) }
        if absent == nil, kind.isText { return .text(try members.decode(String.self, forKey: key)) }
        return switch kind {
        // What was typed into a web form may have lines that end as HTTP's do.
        case .text(let rule) where rule.mayHaveLines: try text().map { .text($0.replacing("\r\n", with: "\n")) }
        case .text, .choice: try text().map(FieldValue.text)
        case .flag: try members.decodeIfPresent(Bool.self, forKey: key).map(FieldValue.flag)
        case .duration: try text().map(FieldValue.duration)
        case .words: try texts().map(FieldValue.words)
        case .lines: try text().map(FieldValue.lines(text:))
        // Nothing but asterisks stands for one that is not shown.
        case .secret: try text().flatMap { $0.isMasked ? nil : .secret(.init($0)) }
        case .redirectURIs:
            try members.decodeIfPresent([RedirectEntry].self, forKey: key).map { .redirectURIs($0) }
        // A part of that.
        case .logoutRedirectURIs: nil
        case .reference: try text().map(FieldValue.reference(pk:))
        case .references(.provider):
            try members.decodeIfPresent([Int].self, forKey: key).map { pks in
                .references(pks.map { .init(pk: .integer($0), name: "\($0)") })
            }
        case .references: try texts().map(FieldValue.references(pks:))
        }
    }
}

extension String {
    /// Whether it is nothing but asterisks.
    fileprivate var isMasked: Bool { !isEmpty && utf8.allSatisfy { $0 == UInt8(ascii: "*") } }
}
