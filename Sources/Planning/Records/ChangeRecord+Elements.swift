package import Base

extension ChangeRecord {
    /// ``before`` for people: a key with its algorithm.
    package var shownBefore: [String]? { before.map { shown($0, algorithm?.before) } }
    /// ``after`` for people: a key with its algorithm.
    package var shownAfter: [String]? { after.map { shown($0, algorithm?.after) } }

    /// What stays, goes and comes, as people read it.
    package var elements: ListDifference { ListDifference(from: shownBefore ?? [], to: shownAfter ?? []) }

    private func shown(_ values: [String], _ algorithm: String?) -> [String] {
        guard let algorithm else { return values }
        return values.isEmpty ? ["(none, \(algorithm))"] : values.map { "\($0) (\(algorithm))" }
    }
}
