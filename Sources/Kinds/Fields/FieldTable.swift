package import AuthentikAPI

/// The fields of a kind of object, in the order in which changes are shown and sent.
///
/// A class, because each service is compared by it: passing it on copies nothing.
package final class FieldTable: Sendable {
    package let rows: [FieldSpec]
    /// The rows in the order of the documentation and of files.
    package let inReadingOrder: [FieldSpec]
    private let byName: [FieldName: Int]
    private let byAttribute: [String: Int]
    /// The rows by release, one generation for each release that introduced fields; the oldest first.
    private let generations: [Generation]

    /// The rows that consecutive releases have.
    private struct Generation {
        /// The first release that has them; nil for the first generation.
        let since: Release?
        let rows: [FieldSpec]
        /// Those of them that are attributes.
        let attributes: [FieldSpec]
        /// The rows that later releases introduced.
        let later: [FieldSpec]
    }

    /// - Parameter readFirst: the fields that come first in ``inReadingOrder``.
    package init(_ rows: [FieldSpec], readFirst: [FieldName] = []) {
        let rows = rows.enumerated().map { FieldSpec($1, at: $0) }
        byName = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0.index) })
        byAttribute = Dictionary(uniqueKeysWithValues: rows.map { ($0.attribute, $0.index) })
        self.rows = rows
        let first = readFirst.compactMap { name in rows.first { $0.name == name } }
        inReadingOrder = first + rows.filter { !readFirst.contains($0.name) }
        let releases = Set(rows.compactMap(\.since)).sorted()
        generations = ([nil] + releases).map { since in
            let taken = rows.filter { row in row.since.map { first in since.map { first <= $0 } ?? false } ?? true }
            return Generation(
                since: since,
                rows: taken,
                attributes: taken.filter(\.isAttribute),
                later: rows.filter { row in !taken.contains { $0.index == row.index } }
            )
        }
    }

    private func generation(_ release: Release) -> Generation {
        generations.last { $0.since.map { $0 <= release } ?? true } ?? generations[0]
    }

    /// The row of a name that the table is sure to have.
    package subscript(name: FieldName) -> FieldSpec {
        guard let index = byName[name] else { preconditionFailure("the table has no row '\(name.rawValue)'") }
        return rows[index]
    }

    /// The row of a name in the file; nil if there is none.
    package func row(name: FieldName) -> FieldSpec? { byName[name].map { rows[$0] } }

    /// The row of one of Authentik's attributes; nil for one that is not managed.
    package func row(attribute: String) -> FieldSpec? { byAttribute[attribute].map { rows[$0] } }

    /// The rows that a release has.
    package func rows(in release: Release) -> [FieldSpec] { generation(release).rows }

    /// The rows that later releases introduced.
    package func rows(after release: Release) -> [FieldSpec] { generation(release).later }

    /// The releases, up to this one, that introduced fields: the upgrades that an object may have gone through.
    package func upgrades(to release: Release) -> [Release] {
        Set(rows.compactMap(\.since)).filter { $0 <= release }.sorted()
    }

    /// The rows that a release has and that are separate attributes.
    package func attributes(in release: Release) -> [FieldSpec] { generation(release).attributes }
}

/// The actual or declared values of an object: a place for each row of its table.
///
/// An array, because ten thousand of them are held at once.
package struct FieldValues: Sendable, Equatable {
    private var places: [FieldValue?]

    /// No values.
    package init(_ table: FieldTable) {
        places = Array(repeating: nil, count: table.rows.count)
    }

    package subscript(field: FieldSpec) -> FieldValue? {
        get { places[field.index] }
        set { places[field.index] = newValue }
    }
}

extension FieldValues {
    /// The value that an object has in a field.
    package func held(_ field: FieldSpec) -> FieldValue { self[field] ?? field.absent ?? FieldValue.none }

    /// The text in a place; nil where there is none.
    package func text(_ field: FieldSpec) -> String? { self[field]?.text }
}
