/// Works on all elements, some at a time, and returns the results in the order of the elements.
func concurrently<Element: Sendable, Result: Sendable>(
    _ elements: [Element],
    limit: Int,
    _ work: @escaping @Sendable (Element) async -> Result,
    each: (_ done: Int) -> Void = { _ in }
) async -> [Result] {
    await withTaskGroup(of: (Int, Result).self) { group in
        var results: [Int: Result] = [:]
        var waiting = elements.enumerated().makeIterator()
        func startNext() {
            guard let (index, element) = waiting.next() else { return }
            group.addTask { (index, await work(element)) }
        }
        for _ in 0..<max(1, limit) { startNext() }
        for await (index, result) in group {
            results[index] = result
            each(results.count)
            startNext()
        }
        return results.sorted { $0.key < $1.key }.map(\.value)
    }
}
