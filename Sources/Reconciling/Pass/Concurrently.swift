/// Works on all elements, some at a time, and returns the results in the order of the elements.
func concurrently<Element: Sendable, Result: Sendable>(
    _ elements: [Element],
    limit: Int,
    _ work: @escaping @Sendable (Element, Slots) async -> Result,
    each: (_ done: Int) -> Void = { _ in }
) async -> [Result] {
    await withTaskGroup(of: (Int, Result).self) { group in
        let slots = Slots(limit)
        var results: [Int: Result] = [:]
        for (index, element) in elements.enumerated() {
            group.addTask { (index, await slots.inside(index) { await work(element, slots) }) }
        }
        for await (index, result) in group {
            results[index] = result
            each(results.count)
        }
        return results.sorted { $0.key < $1.key }.map(\.value)
    }
}
