/// The rows of one model by primary key, and in the order of lists.
struct Table<Key: Hashable & Comparable & Sendable, Row: Sendable>: Sendable {
    private struct Place: Sendable, Comparable {
        let sortKey: SortKey
        /// Rows with equal sort keys stay in order of creation.
        let serial: Int

        static func < (left: Self, right: Self) -> Bool {
            (left.sortKey, left.serial) < (right.sortKey, right.serial)
        }
    }

    private var rows: [Key: (place: Place, row: Row)] = [:]
    private var order: [(place: Place, key: Key)] = []
    private var nextSerial = 0
    /// Kept until the next write: lists are read far more often than they change.
    private var ordered: [Row]?
    private var orderedByKey: [Row]?
    private let sortKey: @Sendable (Row) -> SortKey

    /// - Parameter sortKey: the sort key of lists.
    init(orderedBy sortKey: @escaping @Sendable (Row) -> SortKey) {
        self.sortKey = sortKey
    }

    var count: Int { rows.count }

    subscript(_ key: Key) -> Row? {
        get { rows[key]?.row }
        set {
            (ordered, orderedByKey) = (nil, nil)
            let old = rows[key]
            let place = newValue.map { Place(sortKey: sortKey($0), serial: old?.place.serial ?? nextSerial) }
            if let old, old.place != place { order.remove(at: index(of: old.place)) }
            guard let newValue, let place else {
                rows[key] = nil
                return
            }
            if old?.place != place { order.insert((place, key), at: index(of: place)) }
            rows[key] = (place, newValue)
            nextSerial = max(nextSerial, place.serial + 1)
        }
    }

    func contains(_ key: Key) -> Bool { rows[key] != nil }

    /// All rows in the order of lists.
    mutating func inOrder() -> [Row] {
        if let ordered { return ordered }
        let all = order.compactMap { rows[$0.key]?.row }
        ordered = all
        return all
    }

    /// All rows in the order of their primary keys; the database compares UUIDs byte by byte.
    mutating func inOrderOfKeys() -> [Row] {
        if let orderedByKey { return orderedByKey }
        let all = rows.sorted { $0.key < $1.key }.map(\.value.row)
        orderedByKey = all
        return all
    }

    /// All rows in order of creation.
    var inOrderOfCreation: [Row] { rows.values.sorted { $0.place.serial < $1.place.serial }.map(\.row) }

    /// The index of a place in the order, existing or not.
    private func index(of place: Place) -> Int {
        var low = 0
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if order[middle].place < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
