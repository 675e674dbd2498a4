extension ChangeRecord {
    /// ``before`` for people: a key with its algorithm.
    package var shownBefore: [String]? { before.map { shown($0, algorithm?.before) } }
    /// ``after`` for people: a key with its algorithm.
    package var shownAfter: [String]? { after.map { shown($0, algorithm?.after) } }

    /// What stays, goes and comes, as people read it.
    ///
    /// To the letter: of two texts that only look alike one goes and one comes.
    package var elements: (kept: [String], removed: [String], added: [String]) {
        let before = shownBefore ?? []
        let after = shownAfter ?? []
        func has(_ values: [String], _ value: String) -> Bool {
            values.contains { $0.utf8.elementsEqual(value.utf8) }
        }
        return (
            after.filter { has(before, $0) }, before.filter { !has(after, $0) }, after.filter { !has(before, $0) }
        )
    }

    private func shown(_ values: [String], _ algorithm: String?) -> [String] {
        guard let algorithm else { return values }
        return values.isEmpty ? ["(none, \(algorithm))"] : values.map { "\($0) (\(algorithm))" }
    }
}
