/// The rows of one model by primary key, and in the order that lists have.
struct Table<Key: Hashable & Sendable, Row: Sendable>: Sendable {
    private var rows: [Key: (serial: Int, row: Row)] = [:]
    private var nextSerial = 0
    /// Kept until the next write: lists are read far more often than they change.
    private var sorted: [Row]?
    private let order: @Sendable (Row) -> SortKey

    /// - Parameter order: what lists are ordered by; rows that are equal in it stay in the order they were made.
    init(orderedBy order: @escaping @Sendable (Row) -> SortKey) {
        self.order = order
    }

    subscript(_ key: Key) -> Row? {
        get { rows[key]?.row }
        set {
            sorted = nil
            guard let newValue else {
                rows[key] = nil
                return
            }
            let serial = rows[key]?.serial ?? nextSerial
            rows[key] = (serial, newValue)
            nextSerial = max(nextSerial, serial + 1)
        }
    }

    func contains(_ key: Key) -> Bool { rows[key] != nil }

    /// All rows in the order of lists.
    mutating func inOrder() -> [Row] {
        if let sorted { return sorted }
        let keyed = rows.values.map { (key: order($0.row), serial: $0.serial, row: $0.row) }
        let all = keyed.sorted { ($0.key, $0.serial) < ($1.key, $1.serial) }.map(\.row)
        sorted = all
        return all
    }

    /// All rows in the order they were made.
    var inOrderOfCreation: [Row] { rows.values.sorted { $0.serial < $1.serial }.map(\.row) }
}
